import type { DayUse, DeviceState } from '../../../ledger/index.ts';
import { followHardware } from '../../model/hardware.ts';
import { EARLIEST, type TrueTime } from '../../model/clock.ts';
import type { Reading, ReadingOf } from '../../model/reading.ts';
import { addUnseen, addWindow, endOfLastOn, lastUse, type MinuteWindow } from '../../model/window.ts';
import { isAnswer } from './answers.ts';
import { type Batch, type Item, KEEP, type Stage } from './stage.ts';

const newer = (at: number, than: number | null): boolean => than === null || at >= than;
/** Of two that were made in the same millisecond the later number wins, in whatever order they come. */
const newest = (made: { at: number; seq: number }, at: number | null, kept: { seq: number } | null): boolean =>
  at === null || made.at > at || (made.at === at && made.seq >= (kept?.seq ?? 0));
const later = (a: number | null, b: number | undefined): number | null => (b === undefined ? a : a === null ? b : Math.max(a, b));

/** A report's minutes in true time. */
export function windowOf(report: ReadingOf<'report'>['data'], time: TrueTime): MinuteWindow {
  const { minute, span, on, active, blind } = report;
  return { minute: minute + time.shift, span, on, active, blind };
}

function applyReport(state: DeviceState, report: ReadingOf<'report'>['data'], time: TrueTime): DeviceState {
  const window = windowOf(report, time);
  const end = (window.minute + window.span) * 60_000;
  const observedUntil = later(state.observedUntil, endOfLastOn(window));
  if (!newer(end, state.reportAt)) return { ...state, observedUntil };
  const { session, metrics } = report;
  return { ...state, observedUntil, reportAt: end, session, metrics, use: lastUse(window) };
}

function applyInventory(state: DeviceState, inventory: ReadingOf<'inventory'>['data'], time: TrueTime): DeviceState {
  return { ...state, inventoryAt: time.at, inventory, hardware: followHardware(state.hardware, inventory, time.at) };
}

/** What came over a live line is what holds now; of a retained copy only the state is taken, not the time it was said. */
function applyPresence(state: DeviceState, item: Item, presence: ReadingOf<'presence'>['data']): DeviceState {
  if (state.online === presence.online && state.presenceReason === presence.reason) return state;
  return { ...state, online: presence.online, presenceReason: presence.reason, presenceAt: item.message.receivedAt };
}

/** The newest by true time stays; replaying an older one changes nothing. */
export function applyReading(state: DeviceState, item: Item, reading: Reading): DeviceState {
  if (reading.kind === 'presence') return applyPresence(state, item, reading.data);
  const time = item.time!;
  const made = { at: time.at, seq: reading.data.seq };
  switch (reading.kind) {
    case 'report':
      return applyReport(state, reading.data, time);
    case 'birth':
      return newest(made, state.birthAt, state.birth) ? { ...state, birthAt: time.at, birth: reading.data } : state;
    case 'inventory':
      return newest(made, state.inventoryAt, state.inventory) ? applyInventory(state, reading.data, time) : state;
    case 'security':
      return newest(made, state.securityAt, state.security) ? { ...state, securityAt: time.at, security: reading.data } : state;
    default:
      // Says what is not known, or answers us: nothing happened to the machine.
      if (reading.data.code === 'unobserved' || isAnswer(reading.data)) return state;
      return newest(made, state.eventAt, state.event) ? { ...state, eventAt: time.at, event: reading.data } : state;
  }
}

/** The Will is spoken by the broker, and a retained copy is old: neither means that the device was heard now. */
const heardNow = (item: Item): boolean =>
  !item.message.retained && !(item.reading?.kind === 'presence' && item.reading.data.reason === 'lost');

function touch(item: Item, batch: Batch): void {
  const state = batch.states.get(item.device)!;
  let next = item.reading === undefined || item.verdict.fate !== 'keep' ? state : applyReading(state, item, item.reading);
  if (heardNow(item) && (next.lastSeen === null || item.message.receivedAt > next.lastSeen))
    next = { ...next, lastSeen: item.message.receivedAt };
  if (next === state) return;
  batch.states.set(item.device, next);
  batch.changed.add(item.device);
}

function addUse(item: Item, batch: Batch): void {
  if (item.verdict.fate !== 'keep' || item.reading?.kind !== 'report') return;
  let days = batch.use.get(item.device);
  if (days === undefined) batch.use.set(item.device, (days = new Map()));
  addWindow(days, windowOf(item.reading.data, item.time!), batch.devices.get(item.device)!.place.effectiveZone);
}

/** Minutes from `since` on that the device says nobody watched, in true time and never later than the message. */
function addGap(item: Item, batch: Batch): void {
  if (item.verdict.fate !== 'keep' || item.reading?.kind !== 'event' || item.reading.data.code !== 'unobserved') return;
  const { since, count } = item.reading.data;
  if (since === undefined || count === undefined) return;
  let days = batch.unseen.get(item.device);
  if (days === undefined) batch.unseen.set(item.device, (days = new Map()));
  const from = Math.floor(since / 60_000) + item.time!.shift;
  const to = Math.min(from + count, Math.ceil(item.time!.at / 60_000));
  addUnseen(days, Math.max(from, EARLIEST / 60_000), to, batch.devices.get(item.device)!.place.effectiveZone);
}

const rowsOf = (use: Batch['use']): DayUse[] =>
  [...use].flatMap(([device, days]) =>
    [...days].map(([day, bits]) => ({ device, day, on: bits.on, active: bits.active, blind: bits.blind })),
  );

/** Brings readings into the state of their devices and into the bitmaps of their days. */
export const apply: Stage = {
  name: 'apply',
  parkedToo: true,
  each: (item, batch) => {
    addUse(item, batch);
    addGap(item, batch);
    touch(item, batch);
    return KEEP;
  },
  finish: async (batch) => {
    if (batch.use.size > 0) await batch.tx.orUse(rowsOf(batch.use));
    const unseen = [...batch.unseen].flatMap(([device, days]) => [...days].map(([day, bits]) => ({ device, day, unseen: bits })));
    if (unseen.length > 0) await batch.tx.orUnseen(unseen);
    if (batch.changed.size > 0) await batch.tx.saveStates([...batch.changed].map((id) => batch.states.get(id)!));
  },
};
