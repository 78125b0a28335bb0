import type { Fingerprint } from './records.ts';

/**
 * Is this the same machine? Pure scoring of two hardware fingerprints.
 *
 * There are three independent groups of evidence: *firmware* (SMBIOS UUID, board serial), *network* (MACs of physical
 * cards) and *storage* (disk serials). Firmware is one group because the values that are junk on cheap boards are junk
 * together. Each group agrees, contradicts, or says nothing (one side does not know).
 *
 * - Two groups agree, at least one of them in full: the same machine after one change (a new card, a new disk, a board
 *   that got another UUID from a BIOS update). If the third contradicts, both must agree in full: a USB stick and a USB
 *   network adapter that were plugged into every machine of a lab during installation agree in part everywhere.
 * - One group agrees in full and nothing contradicts: the rest is unknown (an agent without the right to read it).
 * - Anything else: another machine. Two machines under one identity would throw each other out for ever; a machine
 *   that is counted anew can be merged by a person.
 *
 * The score only ranks candidates that passed: UUID 4, board 3, disks 3, MACs 2, and 1 more when a group agrees in full.
 */
export const WEIGHTS = { uuid: 4, board: 3, disks: 3, macs: 2, full: 1 } as const;

type Verdict = 'agrees' | 'partly' | 'contradicts' | 'unknown';

const one = (a: string | undefined, b: string | undefined): Verdict => {
  if (a === undefined || b === undefined) return 'unknown';
  return a.toLowerCase() === b.toLowerCase() ? 'agrees' : 'contradicts';
};

/** In full: all of the shorter list are in the longer one. */
function many(a: readonly string[], b: readonly string[]): Verdict {
  if (a.length === 0 || b.length === 0) return 'unknown';
  const [few, all] = a.length <= b.length ? [a, new Set(b)] : [b, new Set(a)];
  const shared = few.filter((value) => all.has(value)).length;
  if (shared === 0) return 'contradicts';
  return shared === few.length ? 'agrees' : 'partly';
}

function firmware(a: Fingerprint, b: Fingerprint): Verdict {
  const verdicts = new Set([one(a.uuid, b.uuid), one(a.board, b.board)]);
  if (!verdicts.has('agrees')) return verdicts.has('contradicts') ? 'contradicts' : 'unknown';
  return verdicts.has('contradicts') ? 'partly' : 'agrees';
}

/** Made up by software, not burnt in by a maker (IEEE 802: locally administered bit): says nothing about hardware. */
const madeUp = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 0b10) !== 0;

/** The parts that count, without doubles, sorted. */
export function essential(fingerprint: Fingerprint): Fingerprint {
  const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
  return {
    ...(fingerprint.uuid === undefined ? {} : { uuid: fingerprint.uuid.toLowerCase() }),
    ...(fingerprint.board === undefined ? {} : { board: fingerprint.board }),
    macs: sorted(fingerprint.macs.map((mac) => mac.toLowerCase()).filter((mac) => !madeUp(mac))),
    disks: sorted(fingerprint.disks),
  };
}

export interface Comparison {
  readonly same: boolean;
  readonly score: number;
}

/** Compares what is known with what is told now; both sides in their essential form. */
export function compare(known: Fingerprint, told: Fingerprint): Comparison {
  const groups = [firmware(known, told), many(known.macs, told.macs), many(known.disks, told.disks)];
  const count = (verdict: Verdict): number => groups.filter((group) => group === verdict).length;
  const full = count('agrees');
  const some = full + count('partly');
  const against = count('contradicts');
  const same = some === 3 || (some === 2 && full >= (against === 0 ? 1 : 2)) || (some === 1 && full === 1 && against === 0);
  const score =
    (one(known.uuid, told.uuid) === 'agrees' ? WEIGHTS.uuid : 0) +
    (one(known.board, told.board) === 'agrees' ? WEIGHTS.board : 0) +
    (['agrees', 'partly'].includes(groups[2]!) ? WEIGHTS.disks : 0) +
    (['agrees', 'partly'].includes(groups[1]!) ? WEIGHTS.macs : 0) +
    full * WEIGHTS.full;
  return { same, score };
}

/** Where a machine that is known told less than before (no right to read the firmware), the earlier knowledge stays. */
export function merge(known: Fingerprint, told: Fingerprint): Fingerprint {
  const uuid = told.uuid ?? known.uuid;
  const board = told.board ?? known.board;
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(board === undefined ? {} : { board }),
    macs: told.macs.length > 0 ? told.macs : known.macs,
    disks: told.disks.length > 0 ? told.disks : known.disks,
  };
}

/** What a candidate can be found by. */
export function marksOf(fingerprint: Fingerprint): { part: 'uuid' | 'board' | 'mac' | 'disk'; value: string }[] {
  return [
    ...(fingerprint.uuid === undefined ? [] : [{ part: 'uuid' as const, value: fingerprint.uuid }]),
    ...(fingerprint.board === undefined ? [] : [{ part: 'board' as const, value: fingerprint.board }]),
    ...fingerprint.macs.map((value) => ({ part: 'mac' as const, value })),
    ...fingerprint.disks.map((value) => ({ part: 'disk' as const, value })),
  ];
}
