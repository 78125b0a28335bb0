/**
 * The minute book: what a machine did, minute by minute. Pure: it is told what was seen and when, and has no clock.
 *
 * A minute (epoch ms / 60,000 by the wall clock) is
 * - *on* when the agent ran at its end, or for at least 30 s of it, or told of itself in it (the first report);
 * - *active* when it is on and a person touched the machine in it;
 * - *blind* when it is on, not active, and for more than half of the time the agent ran in it nobody could tell.
 *
 * The agent ran between two observations when they are no further apart than `gapMs` by the monotonic clock, which
 * counts sleep; a longer gap is sleep and the minutes in it are not on.
 */
export const MINUTE_MS = 60_000;
/** A wall clock that moves this far against the monotonic one was set: the window is closed and begun anew. */
export const CLOCK_JUMP_MS = 90_000;
const LEAST_MS = 30_000;
/** Windows end at wall-clock marks of five minutes. */
const MARK_MINUTES = 5;

/** Both clocks, read together. */
export interface Instant {
  /** Wall clock, epoch ms. */
  readonly at: number;
  /** Since boot, ms. */
  readonly mono: number;
}

/** What is known of use since the last observation. */
export interface Use {
  /** Whether it could be told at all. */
  readonly seen: boolean;
  /** When a person last touched the machine, by the wall clock, if that is known. */
  readonly touchedAt?: number;
}

/** A minute that is over (or, in a claim, has begun), with the clocks of when it was judged. */
export interface MinuteRecord extends Instant {
  readonly minute: number;
  readonly active: boolean;
  readonly blind: boolean;
}

/** Minutes of a report; bits as the wire contract has them. `at` and `mono` belong to the same clock as the minutes. */
export interface Window extends Instant {
  readonly minute: number;
  readonly span: number;
  readonly on: string;
  readonly active: string;
  readonly blind: string;
}

export interface Observed {
  /** Windows that this observation closed, oldest first. */
  readonly closed: readonly Window[];
  /** Minutes now in the open window that were not there, or not so, before: to be kept on disk. */
  readonly ended: readonly MinuteRecord[];
  /** By how many seconds the wall clock was set, when it was. */
  readonly clockChange?: number;
  /** Nobody observed for longer than `gapMs`: the machine slept, or was stopped. */
  readonly slept: boolean;
}

interface Tally {
  covered: number;
  seen: number;
  end: boolean;
  claimed: boolean;
  touched: boolean;
}

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);
const stateOf = (record: Pick<MinuteRecord, 'active' | 'blind'>): string => (record.active ? 'active' : record.blind ? 'blind' : 'idle');

function windowOf(records: readonly MinuteRecord[]): Window {
  const bits = (bit: (record: MinuteRecord) => boolean): string => records.map((record) => (bit(record) ? '1' : '0')).join('');
  const { at, mono } = records.at(-1)!;
  return {
    minute: records[0]!.minute,
    span: records.length,
    on: bits(() => true),
    active: bits((record) => record.active),
    blind: bits((record) => record.blind),
    at,
    mono,
  };
}

const atMark = (minute: number): boolean => (minute + 1) % MARK_MINUTES === 0;

/** Kept minutes of a run that ended without closing its window, as windows; the records must be of one boot, oldest first. */
export function windowsOf(records: readonly MinuteRecord[]): Window[] {
  const groups: MinuteRecord[][] = [];
  for (const record of records) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    // The clock may have been set between two rows: minutes of two clocks never share a window.
    const steady = before !== undefined && Math.abs(record.at - before.at - (record.mono - before.mono)) <= CLOCK_JUMP_MS;
    if (group !== undefined && before !== undefined && record.minute === before.minute + 1 && !atMark(before.minute) && steady)
      group.push(record);
    else groups.push([record]);
  }
  return groups.map(windowOf);
}

export class MinuteBook {
  #gapMs: number;
  #reportMinutes: number;
  #last: Instant | undefined;
  readonly #open = new Map<number, Tally>();
  #window: MinuteRecord[] = [];
  /** State the reader of the reports knows, and of which minute; undefined after a gap. */
  #told: { minute: number; state: string } | undefined;

  constructor(options: { gapMs: number; reportMinutes: number }) {
    this.#gapMs = options.gapMs;
    this.#reportMinutes = options.reportMinutes;
  }

  /** After more than this without an observation the machine slept. */
  set gapMs(ms: number) {
    this.#gapMs = ms;
  }

  /** Longest window, 1 to 5 minutes; holds from the next minute on. */
  set reportMinutes(minutes: number) {
    this.#reportMinutes = minutes;
  }

  observe(now: Instant, use: Use): Observed {
    const last = this.#last;
    this.#last = now;
    const closed: Window[] = [];
    const ended: MinuteRecord[] = [];
    let clockChange: number | undefined;
    let slept = false;
    if (last !== undefined) {
      const ran = now.mono - last.mono;
      const jump = now.at - last.at - ran;
      slept = ran > this.#gapMs || ran < 0;
      if (Math.abs(jump) > CLOCK_JUMP_MS) clockChange = Math.round(jump / 1000);
      if (clockChange === undefined) this.#touch(use, now, closed, ended);
      if (slept || clockChange !== undefined) {
        this.#endBefore(Infinity, last, closed, ended);
        this.#close(closed, ended);
        this.#told = undefined;
      }
      if (!slept) this.#cover(now.at - ran, now.at, use.seen);
    }
    this.#touch(use, now, closed, ended);
    this.#endBefore(minuteOf(now.at), now, closed, ended);
    return { closed, ended, slept, ...(clockChange === undefined ? {} : { clockChange }) };
  }

  /**
   * The open window with the minute that has only begun: the first report, sent at once so that the machine is seen.
   * That minute then counts as on whatever follows; its other bits may still grow, and reports are OR-ed.
   */
  claim(now: Instant): Window {
    const minute = minuteOf(now.at);
    const tally = this.#tally(minute);
    tally.claimed = true;
    const record = { minute, active: tally.touched, blind: this.#isBlind(tally), ...now };
    this.#told = { minute, state: stateOf(record) };
    const before = this.#window.at(-1);
    return windowOf(before === undefined || before.minute === minute - 1 ? [...this.#window, record] : [record]);
  }

  /** A clean stop: ends the current minute as far as it went and closes the window. */
  finish(now: Instant, use: Use): Observed {
    const { closed, ended, ...rest } = this.observe(now, use);
    const all = [...closed];
    const minutes = [...ended];
    this.#endBefore(Infinity, now, all, minutes);
    this.#close(all, minutes);
    this.#last = undefined;
    return { ...rest, closed: all, ended: minutes };
  }

  #tally(minute: number): Tally {
    let tally = this.#open.get(minute);
    if (tally === undefined) {
      tally = { covered: 0, seen: 0, end: false, claimed: false, touched: false };
      this.#open.set(minute, tally);
    }
    return tally;
  }

  #cover(from: number, to: number, seen: boolean): void {
    for (let minute = minuteOf(from); minute <= minuteOf(to); minute++) {
      const end = (minute + 1) * MINUTE_MS;
      const length = Math.min(to, end) - Math.max(from, minute * MINUTE_MS);
      if (length <= 0) continue;
      const tally = this.#tally(minute);
      tally.covered += length;
      if (seen) tally.seen += length;
      if (to >= end) tally.end = true;
    }
  }

  /** A touch of an earlier minute still counts while that minute was not told; then it is told at once. */
  #touch({ touchedAt }: Use, now: Instant, closed: Window[], ended: MinuteRecord[]): void {
    if (touchedAt === undefined || touchedAt > now.at) return;
    const minute = minuteOf(touchedAt);
    const index = this.#window.findIndex((record) => record.minute === minute);
    if (index !== -1) {
      if (this.#window[index]!.active) return;
      this.#window[index] = { ...this.#window[index]!, active: true, blind: false };
      this.#close(closed, ended);
    } else if (this.#open.has(minute) || minute === minuteOf(now.at)) this.#tally(minute).touched = true;
  }

  #isBlind(tally: Tally): boolean {
    return !tally.touched && tally.seen * 2 < tally.covered;
  }

  #endBefore(limit: number, now: Instant, closed: Window[], ended: MinuteRecord[]): void {
    for (const minute of Array.from(this.#open.keys()).toSorted((a, b) => a - b)) {
      if (minute >= limit) continue;
      const tally = this.#open.get(minute)!;
      this.#open.delete(minute);
      const on = tally.claimed || tally.end || tally.covered >= LEAST_MS;
      if (on) this.#add({ minute, active: tally.touched, blind: this.#isBlind(tally), ...now }, closed, ended);
    }
  }

  #add(record: MinuteRecord, closed: Window[], ended: MinuteRecord[]): void {
    const before = this.#window.at(-1);
    // A clock set back by a little lives through a minute twice: it was told of once, and that is enough.
    if (before !== undefined && record.minute <= before.minute) return;
    if (before !== undefined && record.minute !== before.minute + 1) this.#close(closed, ended);
    this.#window.push(record);
    ended.push(record);
    const state = stateOf(record);
    const told = this.#told !== undefined && record.minute - this.#told.minute <= 1 ? this.#told.state : undefined;
    this.#told = { minute: record.minute, state };
    if (atMark(record.minute) || this.#window.length >= this.#reportMinutes || told !== state) this.#close(closed, ended);
  }

  #close(closed: Window[], ended: MinuteRecord[]): void {
    if (this.#window.length === 0) return;
    closed.push(windowOf(this.#window));
    this.#window = [];
    ended.length = 0;
  }
}
