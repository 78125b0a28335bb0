import type { Fingerprint } from './records.ts';

/**
 * Is this the same machine? Pure scoring of two hardware fingerprints.
 *
 * There are three independent groups of evidence: *firmware* (SMBIOS UUID, board serial), *network* (MACs of physical
 * cards) and *storage* (disk serials). Firmware is one group because the values that are junk on cheap boards are junk
 * together. Each group agrees, agrees in part, contradicts, or says nothing (one side does not know).
 *
 * - Two groups agree, at least one of them in full: the same machine after one change (a new card, a new disk, a board
 *   that got another UUID from a BIOS update). If the third contradicts, both must agree in full: a USB stick and a USB
 *   network adapter that were plugged into every machine of a lab during installation agree in part everywhere.
 * - One group agrees in full and nothing contradicts: the rest is unknown (an agent without the right to read it).
 * - Anything else is not the same for somebody who shows nothing but hardware. Two machines under one identity would throw
 *   each other out for ever; a machine that is counted anew can be merged by a person.
 *
 * Whoever shows the secret of a device has its data folder, which lies on a disk. For it there is a third answer, *unclear*:
 * one part may have been changed (a main board brings its own network card), or the disk may have been copied. See
 * queries/proving.ts for who is what then.
 *
 * The score only ranks candidates that passed: UUID 4, board 3, disks 3, MACs 2, and 1 more when a group agrees in full.
 */
export const WEIGHTS = { uuid: 4, board: 3, disks: 3, macs: 2, full: 1 } as const;

type Verdict = 'agrees' | 'partly' | 'contradicts' | 'unknown';

const one = (a: string | undefined, b: string | undefined): Verdict => {
  if (a === undefined || b === undefined) return 'unknown';
  return a.toLowerCase() === b.toLowerCase() ? 'agrees' : 'contradicts';
};

/**
 * SMBIOS before 2.6 did not say in which byte order a UUID is: Linux prints it as it stands, Windows with the first three
 * fields turned round (DSP0134, 7.2.1). One machine with two systems must not be two.
 */
function plainUuid(uuid: string): string {
  const lower = uuid.toLowerCase();
  const turned = lower.replace(
    /^(..)(..)(..)(..)-(..)(..)-(..)(..)-(?=.{4}-.{12}$)/,
    (_, a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string) => `${d}${c}${b}${a}-${f}${e}-${h}${g}-`,
  );
  return turned < lower ? turned : lower;
}

/** The serial numbers that QEMU gives every machine's disks (hw/ide/core.c), and the names Proxmox puts there. */
const EVERYBODYS_DISK = /^(QM\d{5}|DRIVE(SCSI|VIRTIO|SATA|IDE)\d+)$/;

/**
 * Letters and digits only: Windows writes the EUI-64 of an NVMe disk as `0025_3856_91B1_2F4C.`, Linux as
 * `eui.0025385691b12f4c`. Empty when it says nothing.
 */
function plainDisk(serial: string): string {
  const plain = serial
    .replace(/^eui\./i, '')
    .replace(/[^A-Za-z0-9]/g, '')
    .toUpperCase();
  return EVERYBODYS_DISK.test(plain) ? '' : plain;
}

/** As it is compared: what two systems write differently is the same here. */
const comparable = (fingerprint: Fingerprint): Fingerprint => ({
  ...(fingerprint.uuid === undefined ? {} : { uuid: plainUuid(fingerprint.uuid) }),
  ...(fingerprint.board === undefined ? {} : { board: fingerprint.board }),
  macs: fingerprint.macs,
  disks: fingerprint.disks.map(plainDisk).filter((serial) => serial !== ''),
});

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

export type Likeness = 'same' | 'unclear' | 'other';

export interface Comparison {
  /** For somebody who shows nothing but hardware. */
  readonly same: boolean;
  /** For somebody who shows the secret too. */
  readonly likeness: Likeness;
  /** Firmware or storage agrees at least in part: what is not to be seen on the network. */
  readonly inside: boolean;
  readonly score: number;
}

/**
 * Same, or other because more than one part is another. Unclear in between: one group contradicts, or the two that a main
 * board brings (firmware and network) while every disk is the same.
 */
function likenessOf([board, cards, disks]: readonly [Verdict, Verdict, Verdict], same: boolean): Likeness {
  if (same) return 'same';
  const groups = [board, cards, disks];
  const against = groups.filter((group) => group === 'contradicts').length;
  const partly = groups.filter((group) => group === 'partly').length;
  if (against === 0) return 'unclear';
  if (against === 1) return partly === 2 ? 'other' : 'unclear';
  return against === 2 && disks === 'agrees' ? 'unclear' : 'other';
}

/** Compares what is known with what is told now; both sides in their essential form. */
export function compare(before: Fingerprint, now: Fingerprint): Comparison {
  const [known, told] = [comparable(before), comparable(now)];
  const groups = [firmware(known, told), many(known.macs, told.macs), many(known.disks, told.disks)] as const;
  const count = (verdict: Verdict): number => groups.filter((group) => group === verdict).length;
  const full = count('agrees');
  const some = full + count('partly');
  const against = count('contradicts');
  const same = some === 3 || (some === 2 && full >= (against === 0 ? 1 : 2)) || (some === 1 && full === 1 && against === 0);
  const agree = ([...groups] as Verdict[]).map((group) => group === 'agrees' || group === 'partly');
  const score =
    (one(known.uuid, told.uuid) === 'agrees' ? WEIGHTS.uuid : 0) +
    (one(known.board, told.board) === 'agrees' ? WEIGHTS.board : 0) +
    (agree[2] === true ? WEIGHTS.disks : 0) +
    (agree[1] === true ? WEIGHTS.macs : 0) +
    full * WEIGHTS.full;
  return { same, likeness: likenessOf(groups, same), inside: agree[0] === true || agree[2] === true, score };
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

export interface Mark {
  readonly part: 'uuid' | 'board' | 'mac' | 'disk';
  readonly value: string;
}

const asMarks = ({ uuid, board, macs, disks }: Fingerprint): Mark[] => [
  ...(uuid === undefined ? [] : [{ part: 'uuid' as const, value: uuid }]),
  ...(board === undefined ? [] : [{ part: 'board' as const, value: board.toLowerCase() }]),
  ...[...new Set(macs)].map((value) => ({ part: 'mac' as const, value })),
  ...[...new Set(disks)].map((value) => ({ part: 'disk' as const, value })),
];

/** What a candidate can be found by. */
export const marksOf = (fingerprint: Fingerprint): Mark[] => asMarks(comparable(fingerprint));

/** What to look for: the marks, and as they were written before serial numbers had one form. */
export function soughtMarks(fingerprint: Fingerprint): Mark[] {
  const { uuid, board, macs, disks } = fingerprint;
  const older = asMarks({ macs, disks: disks.filter((serial) => plainDisk(serial) !== ''), ...(uuid === undefined ? {} : { uuid }) });
  return [...marksOf(fingerprint), ...older, ...(board === undefined ? [] : [{ part: 'board' as const, value: board }])];
}
