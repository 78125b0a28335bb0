import type { DayUse } from './records.ts';

/** Bytes of one bitmap: 1,440 minutes. */
export const DAY_BYTES = 180;

export type UseBits = Pick<DayUse, 'on' | 'active' | 'blind'>;

/** The three bitmaps as they are stored: on, active, blind; without an argument all zero. */
export function packBits(use?: UseBits): Uint8Array {
  const bytes = new Uint8Array(3 * DAY_BYTES);
  if (use === undefined) return bytes;
  bytes.set(use.on, 0);
  bytes.set(use.active, DAY_BYTES);
  bytes.set(use.blind, 2 * DAY_BYTES);
  return bytes;
}

/** Views into the stored bytes: writing to them writes there. */
export const viewBits = (bytes: Uint8Array): UseBits => ({
  on: bytes.subarray(0, DAY_BYTES),
  active: bytes.subarray(DAY_BYTES, 2 * DAY_BYTES),
  blind: bytes.subarray(2 * DAY_BYTES, 3 * DAY_BYTES),
});

/** Complains about a bitmap of the wrong length before it reaches the disk: a defect of the caller. */
export function checkBits(use: UseBits): void {
  for (const bits of [use.on, use.active, use.blind]) checkLength(bits);
}

/** The same for one. */
export function checkLength(bits: Uint8Array): void {
  if (bits.length !== DAY_BYTES) throw new RangeError(`a day has ${DAY_BYTES} bytes of minutes, not ${bits.length}`);
}

/** OR-s `more` into `held` in place. Where witnesses disagree active wins over blind, so the order of reports changes nothing. */
export function orInto(held: UseBits, more: UseBits): void {
  for (let i = 0; i < DAY_BYTES; i++) {
    held.on[i]! |= more.on[i]!;
    held.active[i]! |= more.active[i]!;
    held.blind[i] = (held.blind[i]! | more.blind[i]!) & ~held.active[i]!;
  }
}
