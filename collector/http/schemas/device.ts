import { Type, type Static } from 'typebox';
import { METRIC_NAMES, type MetricName } from '../../../protocol/catalogue.ts';
import { Inventory } from '../../../protocol/payloads/inventory.ts';
import { Birth } from '../../../protocol/payloads/birth.ts';
import { Security } from '../../../protocol/payloads/security.ts';
import { Report, SESSIONS } from '../../../protocol/payloads/report.ts';
import { DEVICE_CLASSES, UNIT_KINDS } from '../../../ledger/index.ts';
import { DateTime, DeviceId, Nullable, Page, Text } from './common.ts';

const enumOf = <const T extends readonly string[]>(values: T) => Type.Enum(values as unknown as [...T]);

export const PROBLEM_SEVERITIES = ['urgent', 'warning', 'notice'] as const;

/** Something that is wrong with a device now, in words, with what to do. */
export const Trouble = Type.Object(
  {
    code: Type.String({ description: 'e.g. antivirus-none, disk-full, silent.' }),
    severity: enumOf(PROBLEM_SEVERITIES),
    what: Text,
    advice: Text,
    since: Nullable(DateTime),
  },
  { $id: 'Trouble' },
);
export type Trouble = Static<typeof Trouble>;

export const USE_STATES = ['off', 'idle', 'active', 'blind', 'unknown'] as const;
export const ANTIVIRUS_VERDICTS = ['protected', 'stale', 'on-demand', 'off', 'expired', 'none', 'unknown'] as const;

export const DEVICE_STATES = ['online', 'offline', 'silent', 'never', 'revoked'] as const;

export const UnitRef = Type.Object(
  {
    id: Type.String(),
    kind: enumOf(UNIT_KINDS),
    name: Type.String(),
  },
  { $id: 'UnitRef' },
);
export type UnitRef = Static<typeof UnitRef>;

/** One line of the list. Numbers that are not known are null, never 0. */
export const DeviceSummary = Type.Object(
  {
    id: DeviceId,
    name: Type.String(),
    class: enumOf(DEVICE_CLASSES),
    unit: UnitRef,
    path: Type.Array(UnitRef, { description: 'From the root to the unit.' }),
    state: enumOf(DEVICE_STATES),
    lastSeen: Nullable(DateTime),
    use: Type.Object({ state: enumOf(USE_STATES), session: Nullable(enumOf(SESSIONS)) }),
    latest: Type.Object(
      {
        at: Nullable(DateTime),
        cpu: Nullable(Type.Number()),
        memory: Nullable(Type.Number()),
        disk: Nullable(Type.Number()),
        temperature: Nullable(Type.Number()),
      },
      { description: 'Last report: CPU, memory, system disk in percent, temperature in degrees Celsius.' },
    ),
    antivirus: Type.Object({
      verdict: enumOf(ANTIVIRUS_VERDICTS),
      product: Nullable(Type.String()),
      definitionsAgeDays: Nullable(Type.Number()),
    }),
    troubles: Type.Array(Trouble),
  },
  { $id: 'DeviceSummary' },
);
export type DeviceSummary = Static<typeof DeviceSummary>;
export const DevicePage = Page(DeviceSummary, 'DevicePage');
export type DevicePage = Static<typeof DevicePage>;

/** Which devices, and which part of the list. */
export const DeviceQuery = Type.Object({
  unit: Type.Optional(Type.String({ maxLength: 64, description: 'Id of a unit: it and everything under it.' })),
  q: Type.Optional(Type.String({ maxLength: 80, description: 'Part of the name or id, case-insensitive.' })),
  state: Type.Optional(enumOf(DEVICE_STATES)),
  troubled: Type.Optional(Type.Boolean({ description: 'Only devices with something wrong (true) or with nothing wrong (false).' })),
  cursor: Type.Optional(Type.String({ pattern: '^[a-z0-9]{26}$', description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Default 100.' })),
});
export type DeviceQuery = Static<typeof DeviceQuery>;

export const DeviceParams = Type.Object({ id: DeviceId });
export const DayParams = Type.Object({
  id: DeviceId,
  day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'yyyy-mm-dd, a day in the zone of the unit.' }),
});

/** What every message carries for the sake of delivery says nothing to a reader of the API. */
export const ENVELOPE_KEYS = ['v', 'stream', 'seq', 'at', 'first', 'boot', 'mono'] as const;

/** Everything of one device. The three parts are the newest message of their kind, as it came. */
export const DeviceDetail = Type.Object(
  {
    ...DeviceSummary.properties,
    zone: Type.String(),
    enrolledAt: DateTime,
    clonedFrom: Nullable(DeviceId),
    clockErrorSeconds: Nullable(Type.Number({ description: 'Agent clock minus true time.' })),
    metrics: Nullable(Report.properties.metrics),
    birth: Nullable(Type.Object({ at: DateTime, data: Type.Omit(Birth, ENVELOPE_KEYS as unknown as [...typeof ENVELOPE_KEYS]) })),
    inventory: Nullable(Type.Object({ at: DateTime, data: Type.Omit(Inventory, ENVELOPE_KEYS as unknown as [...typeof ENVELOPE_KEYS]) })),
    security: Nullable(Type.Object({ at: DateTime, data: Type.Omit(Security, ENVELOPE_KEYS as unknown as [...typeof ENVELOPE_KEYS]) })),
  },
  { $id: 'DeviceDetail' },
);
export type DeviceDetail = Static<typeof DeviceDetail>;

/** Query of a series: times RFC 3339 or epoch ms; default the last 24 hours; step in seconds, default chosen for about 300 points. */
export const SeriesQuery = Type.Object({
  field: Type.Enum(METRIC_NAMES as unknown as [MetricName, ...MetricName[]]),
  from: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339 or epoch ms, inclusive.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339 or epoch ms, exclusive.' })),
  step: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })),
});
export type SeriesQuery = Static<typeof SeriesQuery>;
export const Series = Type.Object(
  {
    device: DeviceId,
    field: Type.String(),
    unit: Type.String(),
    name: Text,
    from: DateTime,
    to: DateTime,
    step: Type.Integer({ description: 'Seconds.' }),
    points: Type.Array(
      Type.Object({
        at: Type.Integer({ description: 'Start of the step, epoch ms.' }),
        min: Type.Number(),
        mean: Type.Number(),
        max: Type.Number(),
      }),
    ),
  },
  { $id: 'Series' },
);
export type Series = Static<typeof Series>;

/**
 * One local day. `states` has one letter a minute: o off, i idle, a active, b on but use unknown, u unknown (silent or
 * before enrolment), f still to come. The bitmaps are the ledger's own: base64 of 180 bytes, most significant bit first.
 */
export const DeviceDay = Type.Object(
  {
    device: DeviceId,
    day: Type.String({ format: 'date' }),
    zone: Type.String(),
    states: Type.String({ minLength: 1440, maxLength: 1440, pattern: '^[oiabuf]*$' }),
    bitmaps: Type.Object({ on: Type.String(), active: Type.String(), blind: Type.String() }),
    minutes: Type.Object({
      on: Type.Integer(),
      active: Type.Integer(),
      idle: Type.Integer(),
      blind: Type.Integer(),
      off: Type.Integer(),
      unknown: Type.Integer(),
      inUse: Type.Integer({ description: 'Active minutes with gaps closed by the class of the device.' }),
    }),
  },
  { $id: 'DeviceDay' },
);
export type DeviceDay = Static<typeof DeviceDay>;

export const UnitNode = Type.Object(
  {
    id: Type.String(),
    code: Type.String(),
    kind: enumOf(UNIT_KINDS),
    name: Type.String(),
    parent: Nullable(Type.String()),
    zone: Type.String(),
    devices: Type.Integer({ description: 'Devices in this unit and below.' }),
    troubled: Type.Integer({ description: 'Of those, with something wrong.' }),
  },
  { $id: 'UnitNode' },
);
export type UnitNode = Static<typeof UnitNode>;
export const UnitPage = Page(UnitNode, 'UnitPage');
export type UnitPage = Static<typeof UnitPage>;
