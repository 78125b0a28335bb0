import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { RISKY_COMMANDS } from './commands.ts';
import { carrying, OneOf } from './text.ts';

type Text = { readonly en: string; readonly vi: string };

/** One setting that a server may give to devices. */
export interface DeviceSetting<S extends TSchema = TSchema> {
  readonly schema: S;
  readonly help: Text;
  /** As a person reads it: "a number from 1 to 5". */
  readonly allowed: Text;
}

const numbers = (first: number, last: number): Text => ({ en: `a number from ${first} to ${last}`, vi: `số từ ${first} đến ${last}` });
const define = <const D extends Record<string, DeviceSetting>>(definition: D): D => definition;

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';

/**
 * Every setting a server may give, in one place: the wire, the checks, the API, the commands and the docs are made of this. A
 * setting that is not given is the agent's own affair (its file, its flags, its defaults). A new one costs an entry here, its
 * golden examples, and the place in the agent that obeys it.
 */
export const DEVICE_SETTINGS = define({
  reportMinutes: {
    schema: Type.Integer({ minimum: 1, maximum: 5, description: 'Longest window of a report.' }),
    help: { en: 'Longest window of a report, in minutes.', vi: 'Số phút dài nhất của một báo cáo.' },
    allowed: numbers(1, 5),
  },
  sampleSeconds: {
    schema: Type.Enum([5, 10, 15, 20, 30], { description: 'Seconds between two looks at the machine.' }),
    help: { en: 'Seconds between two looks at the machine.', vi: 'Số giây giữa hai lần đo.' },
    allowed: { en: '5, 10, 15, 20 or 30', vi: '5, 10, 15, 20 hoặc 30' },
  },
  replayRate: {
    schema: Type.Integer({ minimum: 1, maximum: 500, description: 'Most messages a second when waiting reports are sent.' }),
    help: { en: 'Most messages a second when waiting reports are sent.', vi: 'Số bản tin tối đa mỗi giây khi gửi bù.' },
    allowed: numbers(1, 500),
  },
  quietHours: {
    schema: Type.Array(carrying('hours', `^${TIME}-${TIME}$`, 11, 'From and until, local time of the machine.'), {
      maxItems: 4,
      description: 'When the agent does nothing heavy (hardware, updates): the lessons. A range may pass midnight.',
    }),
    help: {
      en: 'Hours in which the agent does nothing heavy (reading the hardware, updates): the lessons.',
      vi: 'Khung giờ tác nhân không làm việc nặng (đọc phần cứng, cập nhật): giờ học.',
    },
    allowed: { en: 'up to 4 ranges such as 07:00-11:30,13:00-16:30', vi: 'tối đa 4 khung giờ, ví dụ 07:00-11:30,13:00-16:30' },
  },
  update: {
    schema: Type.Enum(['on', 'off', 'metered-ok'], {
      description: 'Whether it updates itself; on: over metered lines from neighbours only.',
    }),
    help: {
      en: 'Whether agents update themselves; on: over metered lines from neighbours only. A machine whose own file says off stays off.',
      vi: 'Tác nhân có tự cập nhật không; on: đường truyền tính tiền thì chỉ lấy từ máy bên cạnh. Máy đặt riêng là off thì vẫn off.',
    },
    allowed: { en: 'on, off or metered-ok', vi: 'on, off hoặc metered-ok' },
  },
  allow: {
    schema: Type.Array(OneOf(RISKY_COMMANDS, 'A command.'), {
      maxItems: RISKY_COMMANDS.length,
      description: 'Commands that are refused unless they stand here.',
    }),
    help: { en: 'Commands that are refused unless they stand here.', vi: 'Các lệnh chỉ được thực hiện khi có tên ở đây.' },
    allowed: { en: 'shut_down, restart, or nothing', vi: 'shut_down, restart, hoặc để trống' },
  },
});

export type SettingKey = keyof typeof DEVICE_SETTINGS;
export const SETTING_KEYS = Object.keys(DEVICE_SETTINGS) as readonly SettingKey[] as readonly [SettingKey, ...SettingKey[]];
export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(DEVICE_SETTINGS, key);

/** Settings as they are kept and sent; what is absent is not set. */
export type DeviceSettings = { [K in SettingKey]?: Static<(typeof DEVICE_SETTINGS)[K]['schema']> };

type Fields = { [K in SettingKey]: ReturnType<typeof Type.Optional<(typeof DEVICE_SETTINGS)[K]['schema']>> };

/** The settings as optional members of a schema. */
export const settingFields = Object.fromEntries(
  Object.entries(DEVICE_SETTINGS).map(([key, { schema }]) => [key, Type.Optional(schema)]),
) as unknown as Fields;

const fits = (key: SettingKey, value: unknown): boolean => Value.Check(DEVICE_SETTINGS[key].schema as TSchema, value);

/** Takes the good settings out of whatever came, in the order of the table, and names the bad ones; unknown keys are ignored. */
export function siftSettings(from: Readonly<Record<string, unknown>>): {
  readonly settings: DeviceSettings;
  readonly bad: readonly SettingKey[];
} {
  const given = SETTING_KEYS.filter((key) => from[key] !== undefined);
  const bad = given.filter((key) => !fits(key, from[key]));
  const good = given.filter((key) => !bad.includes(key)).map((key) => [key, from[key]]);
  return { settings: Object.fromEntries(good) as DeviceSettings, bad };
}

/** What a person wrote, as a value. @returns undefined when it does not fit */
export function settingFromText(key: SettingKey, text: string): DeviceSettings[SettingKey] | undefined {
  const { type, enum: values } = DEVICE_SETTINGS[key].schema as { type?: string; enum?: readonly unknown[] };
  const items = text.split(',').map((item) => item.trim());
  const value =
    type === 'array' ? items.filter((item) => item !== '') : values !== undefined || type === 'integer' ? numberOf(text, values) : text;
  return fits(key, value) ? (value as DeviceSettings[SettingKey]) : undefined;
}

const numberOf = (text: string, values: readonly unknown[] | undefined): unknown =>
  values?.find((value) => String(value) === text) ?? (/^\d{1,6}$/.test(text) ? Number(text) : text);

/** A value as a person would write it. */
export const settingText = (value: DeviceSettings[SettingKey]): string => (Array.isArray(value) ? value.join(',') : String(value));

/** Whether a minute of the day (0-1439) lies in one of the ranges; an empty range (07:00-07:00) holds nothing. */
export function inHours(ranges: readonly string[] | undefined, minute: number): boolean {
  return (ranges ?? []).some((range) => {
    const [from = 0, until = 0] = range.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
    return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
  });
}
