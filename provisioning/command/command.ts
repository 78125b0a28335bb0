import { Type } from 'typebox';
import {
  COMMAND_REASONS,
  COMMAND_TABLE,
  COMMANDS,
  NOTICES,
  SELF_TEST_FINDINGS,
  type CommandName,
  type Notice,
} from '../../protocol/commands.ts';
import type { CommandRecord, CommandSkip, Ledger } from '../../ledger/index.ts';
import type { Command } from '../../runtime/command.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { scopeOf, scopeSettings } from '../scope.ts';
import { rfc3339, table, when } from '../table.ts';
import type { Terminal } from '../terminal.ts';

type Language = 'en' | 'vi';
type Text = { readonly en: string; readonly vi: string };

const sendSettings = defineSettings({
  ...scopeSettings,
  notice: {
    schema: Type.Enum([...NOTICES]),
    default: 'here',
    help: { en: `What locate shows: ${NOTICES.join(', ')}.`, vi: `Thông báo của lệnh locate: ${NOTICES.join(', ')}.` },
    allowed: NOTICES.join(', '),
  },
  minutes: {
    schema: Type.Integer({ minimum: 1, maximum: 1440 }),
    optional: true,
    help: {
      en: 'Minutes until it expires; default 10 or 60, by the command.',
      vi: 'Số phút đến khi hết hạn; mặc định 10 hoặc 60 tùy lệnh.',
    },
    allowed: 'a number from 1 to 1440',
  },
  ...jsonSetting,
  ...placeSettings,
});

const listSettings = defineSettings({ device: scopeSettings.device, ...jsonSetting, ...placeSettings });

const SKIP_TEXT: Readonly<Record<CommandSkip, Text>> = {
  'not-allowed': { en: 'the settings of its unit do not allow it', vi: 'thiết lập của đơn vị không cho phép' },
  'no-neighbour': { en: 'no neighbour is on that could wake it', vi: 'không có máy nào bên cạnh đang bật để đánh thức' },
  'no-address': { en: 'the address of its network card is not known', vi: 'chưa biết địa chỉ card mạng' },
  revoked: { en: 'it is revoked', vi: 'máy đã bị thu hồi' },
};

type Line = CommandRecord['state'] | 'sent';
const STATE_TEXT: Readonly<Record<Line, Text>> = {
  waiting: { en: 'waits for the device', vi: 'chờ máy kết nối' },
  sent: { en: 'sent', vi: 'đã gửi' },
  done: { en: 'done', vi: 'đã xong' },
  refused: { en: 'refused', vi: 'bị từ chối' },
  failed: { en: 'failed', vi: 'không thành' },
  expired: { en: 'expired', vi: 'hết hạn' },
};

const lineOf = ({ state, sentAt }: CommandRecord): Line => (state === 'waiting' && sentAt !== null ? 'sent' : state);

function resultText({ reason, findings, state, name }: CommandRecord, language: Language): string {
  if (reason !== null) return COMMAND_REASONS[reason][language];
  if (findings.length > 0) return findings.map((code) => SELF_TEST_FINDINGS[code][language]).join('; ');
  return state === 'done' && name === 'self_test' ? (language === 'vi' ? 'mọi thứ tốt' : 'all is well') : '';
}

function nameOf(word: string): CommandName {
  const name = COMMANDS.find((each) => each === word || each.replace('_', '-') === word);
  if (name === undefined) throw provisioningFail('DEVICE_COMMAND', { word, allowed: COMMANDS.join(', ') });
  return name;
}

const jsonOf = (command: CommandRecord) => ({
  ...command,
  state: lineOf(command),
  at: rfc3339(command.at),
  expiresAt: rfc3339(command.expiresAt),
  sentAt: rfc3339(command.sentAt),
  settledAt: rfc3339(command.settledAt),
});

function sayTable(commands: readonly CommandRecord[], terminal: Terminal): void {
  const { language } = terminal;
  const header =
    language === 'vi'
      ? ['LÚC', 'LỆNH', 'THIẾT BỊ', 'TRẠNG THÁI', 'KẾT QUẢ', 'NGƯỜI GỬI']
      : ['AT', 'COMMAND', 'DEVICE', 'STATE', 'RESULT', 'BY'];
  const rows = commands.map((each) => [
    when(each.at),
    each.name,
    each.target ?? each.device,
    STATE_TEXT[lineOf(each)][language],
    resultText(each, language),
    each.who,
  ]);
  terminal.say(table(header, rows));
}

async function send(ledger: Ledger, name: CommandName, values: Parameters<typeof sendNow>[2], terminal: Terminal): Promise<number> {
  const { ordered, skipped } = await sendNow(ledger, name, values, terminal);
  if (values.json) terminal.say(JSON.stringify({ ordered: ordered.map(jsonOf), skipped }));
  else {
    if (ordered.length > 0) sayTable(ordered, terminal);
    for (const { device, reason } of skipped) terminal.note(`${device}: ${SKIP_TEXT[reason][terminal.language]}`);
  }
  return ordered.length === 0 && skipped.length > 0 ? 1 : 0;
}

async function sendNow(
  ledger: Ledger,
  name: CommandName,
  values: { unit: string | undefined; device: string | undefined; notice: string; minutes: number | undefined; json: boolean },
  terminal: Terminal,
) {
  const { notice, minutes } = values;
  const scope = await scopeOf(ledger, values);
  const by = { at: terminal.now(), who: 'cli' };
  const outcome = await ledger.commands.order({
    scope,
    name,
    notice: notice as Notice,
    ...(minutes === undefined ? {} : { minutes }),
    ...by,
  });
  return outcome ?? { ordered: [], skipped: [] };
}

const sendAction = action({
  name: 'send',
  summary: { en: 'send a command to a device, or to every device of a unit', vi: 'gửi lệnh tới một máy, hoặc mọi máy của đơn vị' },
  words: ['<command>'],
  settings: sendSettings,
  run: ({ values, words, terminal }) => {
    const name = nameOf(words[0]!);
    return withLedger(values.home, (ledger) => send(ledger, name, values, terminal));
  },
});

const list = action({
  name: 'list',
  summary: { en: 'the last commands and what became of them', vi: 'các lệnh gần đây và kết quả' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const { device } = values;
      const commands = await ledger.commands.list({ ...(device === undefined ? {} : { device }), limit: 50 });
      if (values.json) terminal.say(JSON.stringify(commands.map(jsonOf)));
      else sayTable(commands, terminal);
      return 0;
    }),
});

const commandList = (language: Language): string =>
  COMMANDS.map((name) => `  ${name.padEnd(14)} ${COMMAND_TABLE[name].help[language]}`).join('\n');

/** `labwatch command …` */
export const commandCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'command',
      summary: { en: 'ask devices to do something from a closed list', vi: 'yêu cầu máy làm một việc trong danh sách cố định' },
      about: {
        en: `A command waits until the device is connected, is obeyed once, expires, and is answered. A running collector sends it.\n\nCommands:\n${commandList('en')}`,
        vi: `Lệnh chờ máy kết nối, chỉ được thực hiện một lần, có hạn và có trả lời. Bộ thu đang chạy sẽ gửi lệnh.\n\nCác lệnh:\n${commandList('vi')}`,
      },
      actions: [sendAction, list],
    },
    terminal,
  );
