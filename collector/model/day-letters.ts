import type { Day, DeviceState, Instant } from '../../ledger/index.ts';
import { DAY_MINUTES, getBit, type UseBits } from './bitmaps.ts';
import { minuteStarts } from './zone.ts';

/** What is known of one local day of a device. */
export interface DayEvidence {
  readonly day: Day;
  readonly zone: string;
  /** The bitmaps; undefined when no minute of the day was reported. */
  readonly use: (UseBits & { readonly unseen?: Uint8Array }) | undefined;
  readonly enrolledAt: Instant;
  readonly observedUntil: Instant | null;
  /** Since when the machine is known to be off; see `offSince`. */
  readonly offSince: Instant | null;
  readonly now: Instant;
}

/**
 * The device said that its machine goes off and has not come back. A stopped agent or a lost line is no evidence: the
 * machine may well be running.
 */
export function offSince(state: Pick<DeviceState, 'online' | 'presenceAt' | 'presenceReason'>): Instant | null {
  return state.online === false && state.presenceReason === 'shutdown' ? state.presenceAt : null;
}

function silentLetter(start: Instant | undefined, evidence: DayEvidence): string {
  if (start === undefined) return 'u';
  const end = start + 60_000;
  if (end > evidence.now) return 'f';
  if (start < evidence.enrolledAt) return 'u';
  if (evidence.observedUntil !== null && end <= evidence.observedUntil) return 'o';
  if (evidence.offSince !== null && end > evidence.offSince) return 'o';
  return 'u';
}

/**
 * One letter a minute: `a` active, `b` on but use unknown, `i` on and not used, `o` off, `u` unknown, `f` still to come.
 * Off needs evidence: a later minute was reported, or the device said that it goes off. Silence alone is unknown, and so are
 * a minute of which the device says that its agent did not run, and one that the day does not have because clocks went forward.
 */
export function dayLetters(evidence: DayEvidence): string {
  const starts = minuteStarts(evidence.day, evidence.zone);
  const { use } = evidence;
  let letters = '';
  for (let minute = 0; minute < DAY_MINUTES; minute++) {
    if (use === undefined || !getBit(use.on, minute)) {
      const unseen = use?.unseen !== undefined && getBit(use.unseen, minute);
      const letter = silentLetter(starts[minute], evidence);
      letters += unseen && letter === 'o' ? 'u' : letter;
    } else if (getBit(use.active, minute)) letters += 'a';
    else letters += getBit(use.blind, minute) ? 'b' : 'i';
  }
  return letters;
}
