import type { ClockState, Instant } from '../../ledger/index.ts';

/** A clock that is wrong by more than this is corrected. */
export const SKEW_LIMIT_MS = 90_000;
/** Nothing of ours happened before this. */
export const EARLIEST: Instant = Date.UTC(2024, 0, 1);
/** How much the offset may grow from one presence to the next: quartz of a PC loses up to 100 ppm, 0.4 s an hour. */
const DRIFT_MS = 1_000;
/** No machine runs for ten years; a greater `mono` is rubbish. */
const LONGEST_RUN_MS = 10 * 366 * 86_400_000;

/** What every message of a device says of its clocks, read at one instant. */
export interface Stamp {
  readonly boot: string;
  /** Milliseconds since boot. */
  readonly mono: number;
  /** The wall clock, epoch ms; may be wrong by years. */
  readonly at: number;
}

/**
 * Learns from a live presence: `offset` = receipt - mono, the smallest one of the boot, because being late can only make
 * it larger. Three things loosen the minimum: it may grow by a second from presence to presence (the machine's quartz is
 * slower than ours); it is given up when `mono` stood still for a while (a virtual machine that was paused), which shows in
 * the wall clock having moved on by the same amount; and it is given up when the device's wall clock says now what ours
 * says: then the presence is not late, and it was our own clock that was behind when the smaller one was learned.
 * @param before what is known of this device, with `skew` = wall clock minus true time when it was learned
 */
export function learnClock(
  before: { clock: ClockState | null; skew: number | null },
  stamp: Stamp,
  receivedAt: Instant,
): ClockState | null {
  const { clock, skew } = before;
  if (stamp.mono > LONGEST_RUN_MS) return clock;
  const measured = receivedAt - stamp.mono;
  if (clock === null || clock.boot !== stamp.boot) return { boot: stamp.boot, offset: measured };
  const late = measured - clock.offset;
  if (late <= 0) return { boot: stamp.boot, offset: measured };
  const wallMoved = skew === null ? 0 : stamp.at - stamp.mono - (skew + clock.offset);
  const stoodStill = Math.abs(wallMoved - late) <= SKEW_LIMIT_MS;
  const clocksAgree = Math.abs(stamp.at - receivedAt) <= SKEW_LIMIT_MS;
  const anew = late > SKEW_LIMIT_MS && (stoodStill || clocksAgree);
  return { boot: stamp.boot, offset: anew ? measured : clock.offset + Math.min(late, DRIFT_MS) };
}

/**
 * Nothing is received before it was made: any message of the boot, however late, gives an upper bound of the offset. It only
 * matters when our own clock was set back: the reports that follow would lie in the future, and be parked.
 * @returns the clock and skew as they were, or lowered together so that their sum, which is the device's, stays
 */
export function boundClock<T extends { readonly clock: ClockState | null; readonly skew: number | null }>(
  before: T,
  stamp: Stamp,
  receivedAt: Instant,
): T {
  const { clock, skew } = before;
  if (clock === null || clock.boot !== stamp.boot || stamp.mono > LONGEST_RUN_MS) return before;
  const lower = clock.offset + stamp.mono - receivedAt;
  if (lower <= SKEW_LIMIT_MS) return before;
  return { ...before, clock: { boot: clock.boot, offset: clock.offset - lower }, skew: skew === null ? null : skew + lower };
}

/** When a message was made, by the best clock there is. */
export interface TrueTime {
  readonly at: Instant;
  /** Wall clock minus true time, ms; null when it was not measured in this boot. */
  readonly skew: number | null;
  /** Minutes to add to what the wall clock said. */
  readonly shift: number;
}

const plausible = (at: Instant, receivedAt: Instant): boolean => at >= EARLIEST && at <= receivedAt + SKEW_LIMIT_MS;

/**
 * True time of a message. In the boot whose clock is known it is `offset` + `mono`; the wall clock is kept as it is when it
 * is right within 90 s, so that minutes stay where the device counted them. Of another boot only the wall clock is there: it
 * counts when it is plausible.
 * @returns undefined when no plausible time can be found: such a message is parked
 */
export function trueTimeOf(stamp: Stamp, clock: ClockState | null, receivedAt: Instant): TrueTime | undefined {
  if (clock === null || clock.boot !== stamp.boot) {
    return plausible(stamp.at, receivedAt) ? { at: stamp.at, skew: null, shift: 0 } : undefined;
  }
  const measured = clock.offset + stamp.mono;
  if (!plausible(measured, receivedAt)) return undefined;
  const skew = stamp.at - measured;
  if (Math.abs(skew) <= SKEW_LIMIT_MS) return { at: stamp.at, skew, shift: 0 };
  return { at: measured, skew, shift: -Math.round(skew / 60_000) };
}

/**
 * Whether a window of minutes (already corrected) can be true: not before 2024, and not after the message was made. The
 * minute that was under way when it was made counts in full.
 */
export function windowPlausible(firstMinute: number, span: number, madeAt: Instant): boolean {
  return firstMinute * 60_000 >= EARLIEST && (firstMinute + span) * 60_000 <= madeAt + 60_000 + SKEW_LIMIT_MS;
}
