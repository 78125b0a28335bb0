import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Type } from 'typebox';
import { ROLES, type Role } from '../../ledger/index.ts';
import type { Command } from '../../runtime/command.ts';
import { removePrivate } from '../../runtime/private-file.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { ROLE_TEXT } from '../texts.ts';
import { apiToken } from './api-token.ts';
import { findUser } from './find-user.ts';

/** No letters that look alike (0 o, 1 l i). */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of four, 79 bits, readable over a telephone. */
function newPassword(): string {
  const four = (): string => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [four(), four(), four(), four()].join('-');
}

const generateSetting = defineSettings({
  generate: {
    schema: Type.Boolean(),
    default: false,
    help: {
      en: 'Make a one-time password and show it once, instead of asking for one.',
      vi: 'Tự tạo mật khẩu dùng một lần và hiện một lần, thay vì hỏi.',
    },
    allowed: 'true or false',
  },
});

const addSettings = defineSettings({
  role: {
    schema: Type.Enum(ROLES as unknown as [...typeof ROLES]),
    default: 'viewer',
    help: { en: `What they may do: ${ROLES.join(', ')}.`, vi: `Quyền: ${ROLES.join(', ')}.` },
    allowed: ROLES.join(' or '),
  },
  ...generateSetting,
  ...jsonSetting,
  ...placeSettings,
});
const passwordSettings = defineSettings({ ...generateSetting, ...jsonSetting, ...placeSettings });
const listSettings = defineSettings({ ...jsonSetting, ...placeSettings });

/** Typed twice by a person, read once from a script, or made up. */
async function choosePassword(generate: boolean, terminal: Terminal): Promise<string> {
  if (generate) return newPassword();
  const vi = terminal.language === 'vi';
  const password = await terminal.readPassword(vi ? 'Mật khẩu mới: ' : 'New password: ');
  if (terminal.interactive && (await terminal.readPassword(vi ? 'Nhập lại: ' : 'Once more: ')) !== password)
    throw provisioningFail('PASSWORDS_DIFFER');
  return password;
}

function tell(terminal: Terminal, json: boolean, done: { name: string; password: string | undefined; en: string; vi: string }): void {
  if (json) {
    terminal.say(JSON.stringify({ name: done.name, ...(done.password === undefined ? {} : { password: done.password }) }));
    return;
  }
  terminal.note(done[terminal.language]);
  if (done.password === undefined) return;
  terminal.say(done.password);
  terminal.note(
    terminal.language === 'vi'
      ? 'Mật khẩu này chỉ hiện một lần và phải đổi khi đăng nhập.'
      : 'This password is shown once and must be changed at the first login.',
  );
}

const add = action({
  name: 'add',
  summary: { en: 'let somebody into the console', vi: 'thêm người dùng cho trang quản lý' },
  words: ['<name>'],
  settings: addSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const password = await choosePassword(values.generate, terminal);
      const role = values.role as Role;
      const user = await ledger.users.add({ name: words[0]!, role, password, mustChangePassword: values.generate });
      await ledger.audit.write({ at: terminal.now(), who: 'cli', what: 'user-added', subject: user.name });
      tell(terminal, values.json, {
        name: user.name,
        password: values.generate ? password : undefined,
        en: `User ${user.name} (${ROLE_TEXT[role].en}) is added.`,
        vi: `Đã thêm người dùng ${user.name} (${ROLE_TEXT[role].vi}).`,
      });
      return 0;
    }),
});

const password = action({
  name: 'password',
  summary: { en: 'give somebody a new password; it closes their sessions', vi: 'đặt lại mật khẩu; các phiên đang mở sẽ bị đóng' },
  words: ['<name>'],
  settings: passwordSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const name = words[0]!;
      // Before anybody types a password for nobody.
      const known = await findUser(ledger, name);
      const chosen = await choosePassword(values.generate, terminal);
      if (!(await ledger.users.setPassword(name, chosen, values.generate))) throw provisioningFail('USER_NOT_FOUND', { name });
      // The one-time password of the first run opens nothing any more.
      if (known.name === 'admin') removePrivate(join(values.home, 'first-password'));
      await ledger.audit.write({ at: terminal.now(), who: 'cli', what: 'password-changed', subject: known.name });
      tell(terminal, values.json, {
        name: known.name,
        password: values.generate ? chosen : undefined,
        en: `The password of ${known.name} is changed; open sessions are closed.`,
        vi: `Đã đổi mật khẩu của ${known.name}; các phiên đang mở đã bị đóng.`,
      });
      return 0;
    }),
});

const list = action({
  name: 'list',
  summary: { en: 'show the users', vi: 'liệt kê người dùng' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const users = await ledger.users.list();
      if (values.json) {
        terminal.say(JSON.stringify(users.map(({ name, role, mustChangePassword }) => ({ name, role, mustChangePassword }))));
        return 0;
      }
      const vi = terminal.language === 'vi';
      const mustChange = vi ? 'phải đổi mật khẩu' : 'must change the password';
      const rows = users.map((user) => [user.name, ROLE_TEXT[user.role][terminal.language], user.mustChangePassword ? mustChange : '']);
      terminal.say(table(vi ? ['TÊN', 'QUYỀN', ''] : ['NAME', 'ROLE', ''], rows));
      return 0;
    }),
});

/** `labwatch user …` */
export const userCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'user',
      summary: { en: 'people who may use the console', vi: 'người dùng trang quản lý' },
      about: {
        en: 'A password is typed without being shown, read from standard input (echo … | labwatch user add …), or made with --generate; never given on the command line, where others could read it.',
        vi: 'Mật khẩu được gõ ẩn, đọc từ đầu vào chuẩn (echo … | labwatch user add …) hoặc tự tạo bằng --generate; không bao giờ viết trên dòng lệnh vì người khác có thể đọc được.',
      },
      actions: [add, password, list, apiToken],
    },
    terminal,
  );
