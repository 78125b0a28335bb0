import { array, assert, integer, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addRange, covers, jumpTo, NO_SEQUENCES, type Sequences } from './sequences.ts';

/** The oracle: plain numbers in a Set, and what counts as stored below the oldest. */
function oracleOf(set: ReadonlySet<number>): Sequences {
  let contiguous = 0;
  while (set.has(contiguous + 1)) contiguous++;
  const ahead: [number, number][] = [];
  for (const n of [...set].toSorted((a, b) => a - b)) {
    if (n <= contiguous) continue;
    const last = ahead.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else ahead.push([n, n]);
  }
  return { contiguous, ahead };
}

const range = tuple(integer({ min: 1, max: 60 }), integer({ min: 0, max: 6 }));

describe('sequences', () => {
  test('equal a plain Set, whatever comes in whatever order, jumps among it', () => {
    assert(
      property(array(tuple(range, integer({ min: 0, max: 9 })), { maxLength: 60 }), (steps) => {
        let known = NO_SEQUENCES;
        const set = new Set<number>();
        for (const [[first, more], dice] of steps) {
          if (dice === 0) {
            known = jumpTo(known, first);
            for (let n = 1; n < first; n++) set.add(n);
          } else {
            const seq = first + more;
            const all = Array.from({ length: more + 1 }, (_, i) => first + i).every((n) => set.has(n));
            if (covers(known, first, seq) !== all) throw new Error(`covers(${first}, ${seq}) is not ${all}`);
            known = addRange(known, first, seq);
            for (let n = first; n <= seq; n++) set.add(n);
          }
          expect(known).toEqual(oracleOf(set));
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a merged message closes its gap', () => {
    const known = addRange(addRange(NO_SEQUENCES, 1, 2), 6, 7);
    expect(known).toEqual({ contiguous: 2, ahead: [[6, 7]] });
    expect(addRange(known, 3, 5)).toEqual({ contiguous: 7, ahead: [] });
  });

  test('numbers near the largest are exact', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(addRange(jumpTo(NO_SEQUENCES, most - 1), most - 1, most)).toEqual({ contiguous: most, ahead: [] });
  });
});
