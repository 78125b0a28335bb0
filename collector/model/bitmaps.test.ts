import { assert, array, property, integer } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closeGaps, DAY_BYTES, DAY_MINUTES, emptyBits, getBit, inUse, popcount, setBit } from './bitmaps.ts';

const minutes = array(integer({ min: 0, max: DAY_MINUTES - 1 }), { maxLength: 300 });

function bitsOf(set: readonly number[]): Uint8Array {
  const bits = emptyBits();
  for (const minute of set) setBit(bits, minute);
  return bits;
}
const setOf = (bits: Uint8Array): number[] => Array.from({ length: DAY_MINUTES }, (_, i) => i).filter((i) => getBit(bits, i));

describe('bitmaps', () => {
  test('the first minute is the most significant bit of the first byte, the last the least of the last', () => {
    const bits = bitsOf([0, 1439]);
    expect(bits.length).toBe(DAY_BYTES);
    expect([bits[0], bits[179]]).toEqual([0x80, 0x01]);
  });

  test('hold exactly what was set, and popcount counts it', () => {
    assert(
      property(minutes, (set) => {
        const unique = [...new Set(set)].toSorted((a, b) => a - b);
        expect(setOf(bitsOf(set))).toEqual(unique);
        expect(popcount(bitsOf(set))).toBe(unique.length);
      }),
    );
  });

  test('gaps of up to G minutes are closed, longer ones and the ends are not', () => {
    expect(setOf(closeGaps(bitsOf([10, 16, 23]), 5))).toEqual([10, 11, 12, 13, 14, 15, 16, 23]);
    expect(setOf(closeGaps(bitsOf([10, 16]), 4))).toEqual([10, 16]);
    expect(setOf(closeGaps(bitsOf([]), 5))).toEqual([]);
  });

  test('closing gaps equals the plain definition', () => {
    assert(
      property(minutes, integer({ min: 0, max: 20 }), (set, gap) => {
        const sorted = [...new Set(set)].toSorted((a, b) => a - b);
        const expected = new Set(sorted);
        sorted.forEach((minute, i) => {
          const next = sorted[i + 1];
          if (next !== undefined && next - minute - 1 <= gap) for (let m = minute; m < next; m++) expected.add(m);
        });
        expect(setOf(closeGaps(bitsOf(set), gap))).toEqual([...expected].toSorted((a, b) => a - b));
      }),
    );
  });

  test('in use: a pause counts, but never a minute that was off or blind', () => {
    const on = bitsOf([10, 11, 12, 14, 15]);
    const used = inUse({ on, active: bitsOf([10, 15]), blind: bitsOf([12]) }, 5);
    expect(setOf(used)).toEqual([10, 11, 14, 15]);
  });
});
