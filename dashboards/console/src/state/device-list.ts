import type { DeviceState, DeviceSummary, Severity } from '../api/types.ts';

/** What the reader asked for; all text, as it stands in the address. */
export interface Filters {
  readonly unit: string;
  readonly q: string;
  /** A state of the device, `in-use`, or '' for all. */
  readonly state: StateFilter;
  readonly troubled: boolean;
  readonly sort: Sort;
}
export const DEVICE_STATES = ['online', 'offline', 'silent', 'never', 'revoked'] as const satisfies readonly DeviceState[];
export type StateFilter = DeviceState | 'in-use' | '';
export const SORTS = ['trouble', 'name', 'place', 'seen', 'cpu', 'disk'] as const;
export type Sort = (typeof SORTS)[number];

export function filtersOf(query: Readonly<Record<string, string>>): Filters {
  return {
    unit: query['unit'] ?? '',
    q: query['q'] ?? '',
    state: query['state'] === 'in-use' ? 'in-use' : (DEVICE_STATES.find((one) => one === query['state']) ?? ''),
    troubled: query['troubled'] === 'true',
    sort: SORTS.find((one) => one === query['sort']) ?? 'trouble',
  };
}

export function queryOf(filters: Filters): Record<string, string> {
  const { unit, q, state, troubled, sort } = filters;
  return { unit, q, state, troubled: troubled ? 'true' : '', sort: sort === 'trouble' ? '' : sort };
}

/** Lower case without diacritics, so that `may 07` finds `Máy 07`. */
export const fold = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd');

export const placeOf = (device: DeviceSummary) => device.path.map((unit) => unit.name);

/** A notice is worth knowing, but nobody has to come and look. */
export const needsLook = (device: DeviceSummary) =>
  device.state !== 'revoked' && device.troubles.some((trouble) => trouble.severity !== 'notice');

/** Whether a device belongs in the filtered list. Every word of the search must occur in its name, id or place. */
export function matches(device: DeviceSummary, filters: Filters): boolean {
  if (filters.unit !== '' && !device.path.some((unit) => unit.id === filters.unit)) return false;
  if (filters.state === 'in-use' ? device.use.state !== 'active' : filters.state !== '' && device.state !== filters.state) return false;
  if (filters.troubled && !needsLook(device)) return false;
  const text = fold([device.name, device.id, ...placeOf(device)].join(' '));
  return fold(filters.q)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const WEIGHT: Record<Severity, number> = { urgent: 100, warning: 10, notice: 1 };
const weightOf = (device: DeviceSummary) =>
  device.state === 'revoked' ? -1 : device.troubles.reduce((sum, trouble) => sum + WEIGHT[trouble.severity], 0);
const collator = new Intl.Collator('vi', { numeric: true });
const byName = (a: DeviceSummary, b: DeviceSummary) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
const byPlace = (a: DeviceSummary, b: DeviceSummary) => collator.compare(placeOf(a).join('\n'), placeOf(b).join('\n')) || byName(a, b);
/** What is not known comes last. */
const down = (value: (device: DeviceSummary) => number | null) => (a: DeviceSummary, b: DeviceSummary) =>
  (value(b) ?? -Infinity) - (value(a) ?? -Infinity) || byPlace(a, b);

const ORDERS: Record<Sort, (a: DeviceSummary, b: DeviceSummary) => number> = {
  trouble: (a, b) => weightOf(b) - weightOf(a) || byPlace(a, b),
  name: byName,
  place: byPlace,
  seen: down((device) => (device.lastSeen === null ? null : Date.parse(device.lastSeen))),
  cpu: down((device) => device.latest.cpu),
  disk: down((device) => device.latest.disk),
};

/** The ids of the rows, in order. Taken anew only when the reader asks: a row that changes stays where it is. */
export function arrange(devices: Iterable<DeviceSummary>, filters: Filters): string[] {
  return [...devices]
    .filter((device) => matches(device, filters))
    .sort(ORDERS[filters.sort])
    .map((device) => device.id);
}

/** Rows that are shown stay where they are, even when they no longer match; new ones that match come at the end. */
export function keepOrder(order: readonly string[], matching: readonly string[], known: (id: string) => boolean): string[] {
  const shown = new Set(order);
  return [...order.filter(known), ...matching.filter((id) => !shown.has(id))];
}

export interface Counts {
  readonly total: number;
  readonly online: number;
  readonly inUse: number;
  readonly silent: number;
  readonly troubled: number;
  /** Of the total, those of which it is not known whether they are on: silent or never connected. */
  readonly onUnknown: number;
  /** Of the total, those of which it is not known whether they are in use. */
  readonly useUnknown: number;
  /** Of the total, those that never said anything that could be looked at. */
  readonly neverHeard: number;
}

/** How many there are of each, revoked ones left out. */
export function count(devices: Iterable<DeviceSummary>, unit: string): Counts {
  const counts = { total: 0, online: 0, inUse: 0, silent: 0, troubled: 0, onUnknown: 0, useUnknown: 0, neverHeard: 0 };
  for (const device of devices) {
    if (device.state === 'revoked' || (unit !== '' && !device.path.some((one) => one.id === unit))) continue;
    counts.total += 1;
    if (device.state === 'online') counts.online += 1;
    if (device.use.state === 'active') counts.inUse += 1;
    if (device.state === 'silent') counts.silent += 1;
    if (needsLook(device)) counts.troubled += 1;
    if (device.state === 'silent' || device.state === 'never') counts.onUnknown += 1;
    if (device.use.state === 'blind' || device.use.state === 'unknown') counts.useUnknown += 1;
    if (device.state === 'never') counts.neverHeard += 1;
  }
  return counts;
}
