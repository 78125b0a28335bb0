import { boundClock, learnClock, type TrueTime, trueTimeOf, windowPlausible } from '../../model/clock.ts';
import type { Reading } from '../../model/reading.ts';
import { type Batch, type Item, KEEP, park, type Stage, type Verdict } from './stage.ts';

/** What was learned of its clock before our own was set forward, and not since, is doubtful. */
const doubtful = ({ device }: Item, { sure, learned }: Batch): boolean => sure !== undefined && !sure.has(device) && !learned.has(device);

/** A live presence that says online tells where the clock of the device stands; the broker's copy and the Will do not. */
function learn(item: Item, reading: Reading, batch: Batch): void {
  const state = batch.states.get(item.device)!;
  const { receivedAt, retained } = item.message;
  if (reading.kind !== 'presence' || !reading.data.online || retained) {
    const bound = boundClock(state, reading.data, receivedAt);
    if (bound === state) return;
    batch.states.set(item.device, bound);
    batch.changed.add(item.device);
    return;
  }
  const before = doubtful(item, batch) ? { clock: null, skew: null } : state;
  const clock = learnClock(before, reading.data, receivedAt);
  if (clock === null) return;
  batch.learned.add(item.device);
  const skew = clock.boot === reading.data.boot ? reading.data.at - (clock.offset + reading.data.mono) : state.skew;
  batch.states.set(item.device, { ...state, clock, skew });
  batch.changed.add(item.device);
}

/** A doubtful clock is only asked when the device's own wall clock cannot be right. */
function timeOf(item: Item, reading: Reading, batch: Batch): TrueTime | undefined {
  const { clock } = batch.states.get(item.device)!;
  const { receivedAt } = item.message;
  const own = doubtful(item, batch) ? trueTimeOf(reading.data, null, receivedAt) : undefined;
  return own ?? trueTimeOf(reading.data, clock, receivedAt);
}

function implausible(reading: Reading, time: TrueTime): string | undefined {
  if (reading.kind !== 'report') return undefined;
  const { minute, span } = reading.data;
  return windowPlausible(minute + time.shift, span, time.at)
    ? undefined
    : `minutes ${minute} to ${minute + span} of a message of ${time.at}`;
}

/** Gives each message its true time, or parks it. */
function correct(item: Item, batch: Batch): Verdict {
  const { reading } = item;
  if (reading === undefined) return KEEP;
  learn(item, reading, batch);
  const time = timeOf(item, reading, batch);
  if (time === undefined) {
    // Presence counts by when it came, and what it says of online holds whatever the clock says.
    if (reading.kind === 'presence') return KEEP;
    return park('TIME_IMPLAUSIBLE', `at ${reading.data.at}, received ${item.message.receivedAt}`);
  }
  const why = implausible(reading, time);
  if (why !== undefined) return park('TIME_IMPLAUSIBLE', why);
  item.time = time;
  return KEEP;
}

export const timeCorrect: Stage = { name: 'time-correct', each: correct };
