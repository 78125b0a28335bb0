import { Type } from 'typebox';
import type { Device, DeviceState, Ledger } from '../../ledger/index.ts';
import type { Command } from '../../runtime/command.ts';
import { defineSettings } from '../../runtime/settings.ts';
import { provisioningFail } from '../errors.ts';
import { action, group, jsonSetting, placeSettings, withLedger } from '../group.ts';
import { rfc3339, table, when } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { CLASS_TEXT } from '../texts.ts';
import { unitByCode } from '../token/command.ts';

const PAGE = 500;

const listSettings = defineSettings({
  unit: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Only of this unit and below (code).', vi: 'Chỉ các máy thuộc đơn vị này (mã).' },
    allowed: 'the code of a unit',
  },
  text: {
    schema: Type.String({ minLength: 1 }),
    optional: true,
    help: { en: 'Only with this in their name or id.', vi: 'Chỉ các máy có chữ này trong tên hoặc mã.' },
    allowed: 'any text',
  },
  ...jsonSetting,
  ...placeSettings,
});

type Line = 'revoked' | 'never' | 'online' | 'offline' | 'unknown';

const LINE_TEXT: Readonly<Record<Line, { en: string; vi: string }>> = {
  revoked: { en: 'revoked', vi: 'đã thu hồi' },
  never: { en: 'never heard', vi: 'chưa từng kết nối' },
  online: { en: 'online', vi: 'đang kết nối' },
  offline: { en: 'offline', vi: 'mất kết nối' },
  unknown: { en: 'unknown', vi: 'không rõ' },
};

function lineOf(device: Device, state: DeviceState | undefined): Line {
  if (device.revokedAt !== null) return 'revoked';
  if (state === undefined || state.lastSeen === null) return 'never';
  if (state.online === null) return 'unknown';
  return state.online ? 'online' : 'offline';
}

async function* pages(ledger: Ledger, filter: { unit?: string; text?: string }): AsyncGenerator<Device[]> {
  for (let after: string | undefined; ;) {
    const page = await ledger.devices.list({ ...filter, ...(after === undefined ? {} : { after }), limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

const list = action({
  name: 'list',
  summary: { en: 'show the devices', vi: 'liệt kê các thiết bị' },
  words: [],
  settings: listSettings,
  run: ({ values, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const { language } = terminal;
      const unit = values.unit === undefined ? {} : { unit: (await unitByCode(ledger, values.unit)).id };
      const places = new Map((await ledger.units.list()).map((place) => [place.id, place]));
      const found: { device: Device; state: DeviceState | undefined }[] = [];
      for await (const page of pages(ledger, { ...unit, ...(values.text === undefined ? {} : { text: values.text }) })) {
        const states = await ledger.devices.states(page.map(({ id }) => id));
        for (const device of page) found.push({ device, state: states.get(device.id) });
      }
      if (values.json) {
        const items = found.map(({ device, state }) => ({
          id: device.id,
          name: device.name,
          class: device.class,
          unit: places.get(device.unit)?.code ?? null,
          state: lineOf(device, state),
          lastSeen: rfc3339(state?.lastSeen ?? null),
          enrolledAt: rfc3339(device.enrolledAt),
          revokedAt: rfc3339(device.revokedAt),
        }));
        terminal.say(JSON.stringify(items));
        return 0;
      }
      const header =
        language === 'vi'
          ? ['MÃ', 'TÊN', 'LOẠI', 'TRẠNG THÁI', 'NGHE LẦN CUỐI', 'ĐƠN VỊ']
          : ['ID', 'NAME', 'CLASS', 'STATE', 'LAST HEARD', 'UNIT'];
      const rows = found.map(({ device, state }) => [
        device.id,
        device.name,
        CLASS_TEXT[device.class][language],
        LINE_TEXT[lineOf(device, state)][language],
        when(state?.lastSeen ?? null),
        places
          .get(device.unit)
          ?.path.map(({ name }) => name)
          .join(' > ') ?? '-',
      ]);
      terminal.say(table(header, rows));
      return 0;
    }),
});

const revoke = action({
  name: 'revoke',
  summary: {
    en: 'a device is no longer let in and cannot enrol again; what it said stays',
    vi: 'thiết bị không được kết nối hay ghi danh lại nữa; dữ liệu cũ vẫn giữ',
  },
  words: ['<id>'],
  settings: placeSettings,
  run: ({ values, words, terminal }) =>
    withLedger(values.home, async (ledger) => {
      const id = words[0]!;
      const at = terminal.now();
      if (!(await ledger.devices.revoke(id, at))) throw provisioningFail('DEVICE_NOT_FOUND', { id });
      await ledger.audit.write({ at, who: 'cli', what: 'device-revoked', subject: id });
      terminal.say(terminal.language === 'vi' ? `Đã thu hồi thiết bị ${id}.` : `Device ${id} is revoked.`);
      return 0;
    }),
});

/** `labwatch device …` */
export const deviceCommand = (terminal: Terminal): Command =>
  group(
    {
      name: 'device',
      summary: { en: 'the devices that enrolled', vi: 'các thiết bị đã ghi danh' },
      about: {
        en: 'Devices come by enrolment with a token (labwatch token create).',
        vi: 'Thiết bị được thêm vào khi ghi danh bằng mã (labwatch token create).',
      },
      actions: [list, revoke],
    },
    terminal,
  );
