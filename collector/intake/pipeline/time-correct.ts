import { learnClock, type TrueTime, trueTimeOf, windowPlausible } from '../../model/clock.ts';
import type { Reading } from '../../model/reading.ts';
import { type Batch, type Item, KEEP, park, type Stage, type Verdict } from './stage.ts';

/** A live presence that says online tells where the clock of the device stands; the broker's copy and the Will do not. */
function learn(item: Item, reading: Reading, batch: Batch): void {
  if (reading.kind !== 'presence' || !reading.data.online || item.message.retained) return;
  const state = batch.states.get(item.device)!;
  const clock = learnClock(state, reading.data, item.message.receivedAt);
  if (clock === null) return;
  const skew = clock.boot === reading.data.boot ? reading.data.at - (clock.offset + reading.data.mono) : state.skew;
  batch.states.set(item.device, { ...state, clock, skew });
  batch.changed.add(item.device);
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
  const state = batch.states.get(item.device)!;
  const time = trueTimeOf(reading.data, state.clock, item.message.receivedAt);
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
