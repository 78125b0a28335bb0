import type { DeviceClass } from '../../ledger/index.ts';

/** Minutes of a local day, one bit each: bit i = minute i, most significant bit first, 180 bytes. */
export const DAY_MINUTES = 1440;
export const DAY_BYTES = DAY_MINUTES / 8;

/** The three bitmaps of a day; see the architecture's minute book. */
export interface UseBits {
  readonly on: Uint8Array;
  readonly active: Uint8Array;
  readonly blind: Uint8Array;
}

export const emptyBits = (): Uint8Array => new Uint8Array(DAY_BYTES);
export const emptyUse = (): UseBits => ({ on: emptyBits(), active: emptyBits(), blind: emptyBits() });

export const getBit = (bits: Uint8Array, minute: number): boolean => (bits[minute >> 3]! & (0x80 >> (minute & 7))) !== 0;

export function setBit(bits: Uint8Array, minute: number): void {
  bits[minute >> 3]! |= 0x80 >> (minute & 7);
}

/** Number of ones. */
export function popcount(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) {
    let rest = byte;
    while (rest !== 0) {
      rest &= rest - 1;
      count++;
    }
  }
  return count;
}

/** Byte by byte; both must be of the same length. @returns a new bitmap */
export function combine(a: Uint8Array, b: Uint8Array, how: (a: number, b: number) => number): Uint8Array {
  const result = new Uint8Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = how(a[i]!, b[i]!);
  return result;
}

/** Fills runs of at most `gap` zeroes between two ones. @returns a new bitmap */
export function closeGaps(bits: Uint8Array, gap: number): Uint8Array {
  const result = Uint8Array.from(bits);
  let last = -1;
  for (let minute = 0; minute < bits.length * 8; minute++) {
    if (!getBit(bits, minute)) continue;
    if (last >= 0 && minute - last - 1 <= gap) for (let m = last + 1; m < minute; m++) setBit(result, m);
    last = minute;
  }
  return result;
}

/** Longest pause, in minutes, that still counts as use: short at a pupil's PC, long where somebody presents. */
const GAP_MINUTES: Record<DeviceClass, number> = {
  'pc-student': 5,
  'pc-teacher': 15,
  'pc-office': 5,
  server: 5,
  tv: 15,
  board: 15,
  projector: 15,
  other: 5,
};

export const gapOf = (deviceClass: DeviceClass): number => GAP_MINUTES[deviceClass];

/**
 * Minutes in use: active ones with pauses of up to `gap` minutes closed. A minute that was off or blind is never counted
 * as use, even within a pause: of a blind one nothing is known.
 */
export function inUse(use: UseBits, gap: number): Uint8Array {
  const seen = combine(use.on, use.blind, (on, blind) => on & ~blind);
  return combine(closeGaps(use.active, gap), seen, (used, mask) => used & mask);
}
