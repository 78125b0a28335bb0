import type { Day } from '../../ledger/index.ts';
import { DAY_MINUTES, emptyBits, emptyUse, setBit, type UseBits } from './bitmaps.ts';
import { dayText, localMinute, QUARTER } from './zone.ts';

/** The minutes of a report, first minute in true time (epoch ms / 60,000), one character 0 or 1 a minute. */
export interface MinuteWindow {
  readonly minute: number;
  readonly span: number;
  readonly on: string;
  readonly active: string;
  readonly blind: string;
}

const ONE = 49;

/**
 * Adds a window to the bitmaps of the local days it touches (one, two, or three for a window of 24 hours across a clock
 * change). OR: adding it again changes nothing.
 */
export function addWindow(days: Map<Day, UseBits>, window: MinuteWindow, zone: string): void {
  let dayNumber = NaN;
  let use: UseBits | undefined;
  for (let i = 0; i < window.span; i++) {
    if (window.on.charCodeAt(i) !== ONE) continue;
    const local = localMinute(zone, window.minute + i);
    if (use === undefined || local.dayNumber !== dayNumber) {
      dayNumber = local.dayNumber;
      const day = dayText(dayNumber);
      use = days.get(day);
      if (use === undefined) days.set(day, (use = emptyUse()));
    }
    setBit(use.on, local.minute);
    if (window.active.charCodeAt(i) === ONE) setBit(use.active, local.minute);
    if (window.blind.charCodeAt(i) === ONE) setBit(use.blind, local.minute);
  }
}

/** The longest stretch of unseen minutes that is taken; of a longer one the end. */
const MOST_UNSEEN_MINUTES = 400 * 1440;

/** Adds minutes that nobody watched, `from` until before `to` (epoch ms / 60,000), to the bitmaps of the local days they touch. */
export function addUnseen(days: Map<Day, Uint8Array>, from: number, to: number, zone: string): void {
  for (let minute = Math.max(from, to - MOST_UNSEEN_MINUTES); minute < to;) {
    const local = localMinute(zone, minute);
    const day = dayText(local.dayNumber);
    let bits = days.get(day);
    if (bits === undefined) days.set(day, (bits = emptyBits()));
    // Zones change their offset at quarters of an hour: within one the minutes follow each other.
    const steps = Math.min(to - minute, QUARTER - (minute % QUARTER), DAY_MINUTES - local.minute);
    for (let step = 0; step < steps; step++) setBit(bits, local.minute + step);
    minute += steps;
  }
}

/** State of the last minute of a window. */
export function lastUse(window: MinuteWindow): 'off' | 'active' | 'blind' | 'idle' {
  const last = window.span - 1;
  if (window.on.charCodeAt(last) !== ONE) return 'off';
  if (window.active.charCodeAt(last) === ONE) return 'active';
  return window.blind.charCodeAt(last) === ONE ? 'blind' : 'idle';
}

/** End of the last minute that was on, epoch ms; undefined when none was. */
export function endOfLastOn(window: MinuteWindow): number | undefined {
  const last = window.on.lastIndexOf('1');
  return last < 0 ? undefined : (window.minute + last + 1) * 60_000;
}

/** Ones in a string of 0 and 1. */
export function countOnes(bits: string): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) if (bits.charCodeAt(i) === ONE) count++;
  return count;
}
