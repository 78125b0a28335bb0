import { batch, signal } from '@preact/signals';
import { api, ApiError, type DeviceFilter } from '../api/client.ts';
import type { DeviceSummary, UnitNode } from '../api/types.ts';
import type { Filters } from './device-list.ts';
import { listenDevices, listenHello } from './live.ts';

/** Devices of one request. With more than these in scope the filters are asked of the server too. */
const PAGE = 500;

/** Every device read so far, by id. Replaced, never changed in place. */
export const devices = signal<ReadonlyMap<string, DeviceSummary>>(new Map());
export const units = signal<readonly UnitNode[]>([]);
export type ListStatus = 'loading' | 'ready' | { error: ApiError };
export const listStatus = signal<ListStatus>('loading');
/** More devices than were read: where to go on. */
export const more = signal<string | null>(null);
/** Whether everything in scope was read at the last full reading. */
export const complete = signal(true);

let last: DeviceFilter = {};
let running: AbortController | undefined;

/** `fresh`: these are all there are, forget the others. */
function merge(items: readonly DeviceSummary[], fresh: boolean) {
  devices.value = new Map([...(fresh ? [] : devices.value), ...items.map((device) => [device.id, device] as const)]);
}

async function read(filter: DeviceFilter): Promise<void> {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  try {
    const page = await api.devices({ ...filter, limit: PAGE }, mine.signal);
    batch(() => {
      const whole = filter.cursor === undefined && filter.q === undefined && filter.state === undefined && filter.troubled === undefined;
      merge(page.items, whole && page.next === null && filter.unit === undefined);
      more.value = page.next;
      if (whole) complete.value = page.next === null;
      listStatus.value = 'ready';
    });
  } catch (error) {
    if (mine.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    // What was read stays; only a page that never had anything shows the error in its place.
    if (listStatus.value !== 'ready') listStatus.value = { error };
  } finally {
    if (running === mine) running = undefined;
    drawWaiting();
  }
}

/** Reads the devices of a unit ('' = all) from the start. */
export async function openList(unit: string): Promise<void> {
  last = unit === '' ? {} : { unit };
  await Promise.all([read(last), readUnits()]);
}

/** With more devices than one page, the filters are asked of the server and its answer added to what is known. */
export async function narrow({ unit, q, state, troubled }: Filters): Promise<void> {
  const asked = state === 'in-use' ? 'online' : state;
  const filter = {
    ...(unit !== '' && { unit }),
    ...(q !== '' && { q }),
    ...(troubled && { troubled }),
    ...(asked !== '' && { state: asked }),
  };
  if (JSON.stringify(filter) === JSON.stringify(last)) return;
  last = filter;
  if (!complete.value) await read(last);
}

export async function readMore(): Promise<void> {
  if (more.value !== null) await read({ ...last, cursor: more.value });
}

async function readUnits(): Promise<void> {
  units.value = await api.units().then(
    (page) => page.items,
    () => units.value,
  );
}

/** Forgets everything: somebody else may log in. */
export function closeList() {
  running?.abort();
  batch(() => {
    devices.value = new Map();
    units.value = [];
    listStatus.value = 'loading';
    more.value = null;
    complete.value = true;
  });
}

/** Events come in bursts when a lab starts: they are gathered and drawn together. */
let waiting: DeviceSummary[] = [];
let frame: number | undefined;

/** While the list is being read they wait: its answer may be older than they are. */
function drawWaiting() {
  if (running !== undefined || waiting.length === 0) return;
  const items = waiting;
  waiting = [];
  if (listStatus.value === 'ready') merge(items, false);
}

listenDevices((device) => {
  waiting.push(device);
  frame ??= window.setTimeout(() => {
    frame = undefined;
    drawWaiting();
  }, 100);
});
// What changed between a reading of the list and the opening of the stream was told to nobody: read once more. Who opened
// a device first has asked for no list yet.
listenHello(() => {
  if (running !== undefined || listStatus.value !== 'loading') void Promise.all([read(last), readUnits()]);
});
