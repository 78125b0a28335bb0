import { Type } from 'typebox';
import { DEVICE_CLASSES, type DeviceClass, type EnrolmentToken, type Ledger, type UnitPlace } from '../../ledger/index.ts';
import type { Command } from '../../runtime/command.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { rfc3339, table, when } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { CLASS_TEXT } from '../texts.ts';

const DAY_MS = 86_400_000;

const createSettings = defineSettings({
  unit: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Code of the school or room the machines belong to.', vi: 'Mã trường hoặc phòng của các máy.' },
    allowed: 'the code of a unit',
  },
  class: {
    schema: Type.Enum(DEVICE_CLASSES as unknown as [...typeof DEVICE_CLASSES]),
    default: 'pc-student',
    help: { en: `What the machines are: ${DEVICE_CLASSES.join(', ')}.`, vi: `Loại máy: ${DEVICE_CLASSES.join(', ')}.` },
    allowed: DEVICE_CLASSES.join(', '),
  },
  days: {
    schema: Type.Integer({ minimum: 1, maximum: 366 }),
    default: 7,
    help: { en: 'Days until it expires.', vi: 'Số ngày có hiệu lực.' },
    allowed: 'a number from 1 to 366',
  },
  uses: {
    schema: Type.Integer({ minimum: 1, maximum: 10_000 }),
    default: 60,
    help: { en: 'How many new machines it admits.', vi: 'Số máy mới được ghi danh.' },
    allowed: 'a number from 1 to 10000',
  },
  ...jsonSetting,
  ...placeSettings,
});

const listSettings = defineSettings({ ...jsonSetting, ...placeSettings });

export async function unitByCode(ledger: Ledger, code: string): Promise<UnitPlace> {
  const unit = await ledger.units.byCode(code);
  if (unit === undefined) throw provisioningFail('UNIT_NOT_FOUND', { code });
  return unit;
}

const pathText = (place: UnitPlace): string => place.path.map(({ name }) => name).join(' > ');

function stateOf(token: EnrolmentToken, at: number): { en: string; vi: string; code: string } {
  if (token.revokedAt !== null) return { code: 'revoked', en: 'revoked', vi: 'đã thu hồi' };
  if (token.expiresAt <= at) return { code: 'expired', en: 'expired', vi: 'hết hạn' };
  if (token.uses >= token.maxUses) return { code: 'used-up', en: 'used up', vi: 'đã dùng hết' };
  return { code: 'valid', en: 'valid', vi: 'còn hiệu lực' };
}

const create = action({
  name: 'create',
  summary: {
    en: 'make a token for the machines of one unit; it is shown once',
    vi: 'tạo mã ghi danh cho máy của một đơn vị; chỉ hiện một lần',
  },
  words: [],
  settings: createSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      if (values.unit === undefined) throw provisioningFail('COMMAND_FLAG_MISSING', { command: 'token', flag: 'unit' });
      const place = await unitByCode(ledger, values.unit);
      const at = terminal.now();
      const { token, text } = await ledger.credentials.createToken({
        unit: place.id,
        class: values.class as DeviceClass,
        expiresAt: at + values.days * DAY_MS,
        maxUses: values.uses,
        at,
      });
      await ledger.audit.write({ at, who: 'cli', what: 'token-created', subject: token.id });
      if (values.json) {
        terminal.say(
          JSON.stringify({
            id: token.id,
            token: text,
            unit: place.code,
            class: token.class,
            expiresAt: rfc3339(token.expiresAt),
            uses: token.maxUses,
          }),
        );
        return 0;
      }
      const kind = CLASS_TEXT[token.class][terminal.language];
      terminal.say(text);
      terminal.note(
        terminal.language === 'vi'
          ? `Mã này ghi danh tối đa ${token.maxUses} máy (${kind}) vào ${pathText(place)}, đến ${when(token.expiresAt)}. Hãy cất kỹ: mã không hiện lại lần nữa.`
          : `It admits up to ${token.maxUses} machines (${kind}) to ${pathText(place)} until ${when(token.expiresAt)}. Keep it safe: it is not shown again.`,
      );
      return 0;
    }),
});

async function listTokens(ledger: Ledger, json: boolean, terminal: Terminal): Promise<number> {
  const places = new Map((await ledger.units.list()).map((place) => [place.id, place]));
  const tokens = await ledger.credentials.tokens();
  const at = terminal.now();
  if (json) {
    const items = tokens.map((token) => ({
      id: token.id,
      unit: places.get(token.unit)?.code ?? null,
      class: token.class,
      state: stateOf(token, at).code,
      uses: token.uses,
      maxUses: token.maxUses,
      createdAt: rfc3339(token.createdAt),
      expiresAt: rfc3339(token.expiresAt),
    }));
    terminal.say(JSON.stringify(items));
    return 0;
  }
  const { language } = terminal;
  const header =
    language === 'vi' ? ['MÃ', 'TRẠNG THÁI', 'ĐÃ DÙNG', 'HẾT HẠN', 'LOẠI', 'ĐƠN VỊ'] : ['ID', 'STATE', 'USED', 'EXPIRES', 'CLASS', 'UNIT'];
  const rows = tokens.map((token) => {
    const place = places.get(token.unit);
    const unit = place === undefined ? '-' : pathText(place);
    return [
      token.id,
      stateOf(token, at)[language],
      `${token.uses}/${token.maxUses}`,
      when(token.expiresAt),
      CLASS_TEXT[token.class][language],
      unit,
    ];
  });
  terminal.say(table(header, rows));
  return 0;
}

const list = action({
  name: 'list',
  summary: { en: 'show the tokens, without their secrets', vi: 'liệt kê các mã ghi danh, không hiện phần bí mật' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) => withLedger(values.home, (ledger) => listTokens(ledger, values.json, terminal)),
});

const revoke = action({
  name: 'revoke',
  summary: { en: 'a token admits nobody any more; machines it admitted stay', vi: 'thu hồi một mã; các máy đã ghi danh vẫn giữ nguyên' },
  words: ['<id>'],
  settings: placeSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      // People paste the whole token; its id is the part before the dot.
      const [id = ''] = words[0]!.split('.', 1);
      const at = terminal.now();
      if (!(await ledger.credentials.revokeToken(id, at))) throw provisioningFail('TOKEN_NOT_FOUND', { id });
      await ledger.audit.write({ at, who: 'cli', what: 'token-revoked', subject: id });
      terminal.say(terminal.language === 'vi' ? `Đã thu hồi mã ${id}.` : `Token ${id} is revoked.`);
      return 0;
    }),
});

/** `labwatch token …` */
export const tokenCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'token',
      summary: { en: 'tokens with which agents enrol', vi: 'mã để máy trạm ghi danh' },
      about: {
        en: 'An installer carries a token of one school or room. It expires, admits a limited number of new machines, and can be revoked.',
        vi: 'Bộ cài mang theo mã của một trường hoặc một phòng. Mã có hạn, chỉ nhận một số máy mới và có thể thu hồi.',
      },
      actions: [create, list, revoke],
    },
    terminal,
  );
