import {
  DEVICE_SETTINGS,
  isSettingKey,
  SETTING_KEYS,
  settingFromText,
  settingText,
  type DeviceSettings,
  type SettingKey,
} from '../../protocol/device-settings.ts';
import type { Ledger, Scope } from '../../ledger/index.ts';
import type { Command } from '../../runtime/command.ts';
import { defineSettings, distance } from '../../runtime/settings.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { scopeOf, scopeSettings, scopeText } from '../scope.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const changeSettings = defineSettings({ ...scopeSettings, ...placeSettings });
const showSettings = defineSettings({ ...scopeSettings, ...jsonSetting, ...placeSettings });
const listSettings = defineSettings({ ...jsonSetting, ...placeSettings });

function keyOf(word: string): SettingKey {
  if (isSettingKey(word)) return word;
  const near = SETTING_KEYS.toSorted((a, b) => distance(word, a) - distance(word, b))[0]!;
  throw provisioningFail('SETTING_UNKNOWN', { key: word, near, allowed: SETTING_KEYS.join(', ') });
}

function valueOf(key: SettingKey, text: string): DeviceSettings[SettingKey] {
  const value = settingFromText(key, text);
  const { allowed } = DEVICE_SETTINGS[key];
  if (value === undefined) throw provisioningFail('SETTING_VALUE', { key, value: text, allowed: allowed.en, allowedVi: allowed.vi });
  return value;
}

async function get(ledger: Ledger, scope: Scope, json: boolean, terminal: Terminal): Promise<number> {
  const effective = (await ledger.settings.effective(scope)) ?? {};
  const issued = 'device' in scope ? await ledger.settings.issued(scope.device) : undefined;
  if (json) {
    const inForce = issued === undefined || issued.version === 0 ? null : issued.version === issued.confirmed;
    terminal.say(JSON.stringify({ settings: effective, ...(issued === undefined ? {} : { version: issued.version, inForce }) }));
    return 0;
  }
  const vi = terminal.language === 'vi';
  const rows = await Promise.all(
    SETTING_KEYS.map(async (key) => {
      const found = effective[key];
      const none = vi ? '(theo máy)' : "(the agent's own)";
      return found === undefined ? [key, none, '-'] : [key, settingText(found.value), await scopeText(ledger, found.from)];
    }),
  );
  terminal.say(table(vi ? ['THIẾT LẬP', 'GIÁ TRỊ', 'ĐẶT Ở'] : ['SETTING', 'VALUE', 'SET AT'], rows));
  if (issued !== undefined && issued.version > 0) terminal.note(inForceText(issued.version === issued.confirmed, vi));
  return 0;
}

function inForceText(inForce: boolean, vi: boolean): string {
  if (inForce) return vi ? 'Máy đã nhận và đang dùng các thiết lập này.' : 'The device has taken them.';
  return vi ? 'Máy chưa xác nhận; sẽ nhận khi kết nối.' : 'The device has not confirmed them yet; it gets them when it connects.';
}

const getAction = action({
  name: 'get',
  summary: { en: 'what holds for a unit or device, and where it is set', vi: 'xem thiết lập có hiệu lực và nơi đã đặt' },
  words: [],
  settings: showSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => get(ledger, await scopeOf(ledger, values), values.json, terminal)),
});

/** Changes one setting of a place, keeping the others. */
function change(
  home: string,
  given: Parameters<typeof scopeOf>[1],
  key: SettingKey,
  text: string | undefined,
  terminal: Terminal,
): Promise<number> {
  return withLedger(home, async (ledger) => {
    const value = text === undefined ? undefined : valueOf(key, text);
    const scope = await scopeOf(ledger, given);
    const { [key]: _before, ...others } = await ledger.settings.own(scope);
    const settings = value === undefined ? others : { ...others, [key]: value };
    await ledger.settings.save(scope, settings, { at: terminal.now(), who: 'cli' });
    const place = await scopeText(ledger, scope);
    if (value === undefined)
      terminal.say(terminal.language === 'vi' ? `${key} không còn đặt riêng ở ${place}.` : `${key} is no longer set at ${place}.`);
    else terminal.say(terminal.language === 'vi' ? `${place}: ${key} = ${settingText(value)}` : `${place}: ${key} = ${settingText(value)}`);
    return 0;
  });
}

const set = action({
  name: 'set',
  summary: { en: 'set one setting for a unit or device', vi: 'đặt một thiết lập cho đơn vị hoặc thiết bị' },
  words: ['<setting>', '<value>'],
  settings: changeSettings,
  run: ({ values, words, terminal }) => change(values.home, values, keyOf(words[0]!), words[1]!, terminal),
});

const unset = action({
  name: 'unset',
  summary: { en: 'take one setting away: what is set above holds again', vi: 'bỏ một thiết lập: lại theo cấp trên' },
  words: ['<setting>'],
  settings: changeSettings,
  run: ({ values, words, terminal }) => change(values.home, values, keyOf(words[0]!), undefined, terminal),
});

const list = action({
  name: 'list',
  summary: { en: 'everything that is set anywhere', vi: 'liệt kê mọi thiết lập đã đặt' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const places = await ledger.settings.list();
      if (values.json) terminal.say(JSON.stringify(places));
      else {
        const rows = await Promise.all(
          places.map(async ({ scope, settings }) => {
            const place = await scopeText(ledger, scope);
            return Object.entries(settings).map(([key, value]) => [place, key, settingText(value)]);
          }),
        );
        terminal.say(table(terminal.language === 'vi' ? ['NƠI', 'THIẾT LẬP', 'GIÁ TRỊ'] : ['PLACE', 'SETTING', 'VALUE'], rows.flat()));
      }
      return 0;
    }),
});

const keys = (language: 'en' | 'vi'): string =>
  SETTING_KEYS.map((key) => {
    const { help, allowed } = DEVICE_SETTINGS[key];
    return `  ${key.padEnd(14)} ${help[language]} (${allowed[language]})`;
  }).join('\n');

/** `labwatch config …` */
export const configCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'config',
      summary: { en: 'settings of the agents, by unit', vi: 'thiết lập của các tác nhân, theo đơn vị' },
      about: {
        en: `What is set nearest to a device holds: room over school over province, setting by setting. Devices get it when they connect.\n\nSettings:\n${keys('en')}`,
        vi: `Thiết lập đặt gần máy nhất có hiệu lực: phòng hơn trường, trường hơn tỉnh, tính từng thiết lập. Máy nhận khi kết nối.\n\nCác thiết lập:\n${keys('vi')}`,
      },
      actions: [getAction, set, unset, list],
    },
    terminal,
  );
