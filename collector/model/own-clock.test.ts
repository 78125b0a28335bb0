import { expect, test } from 'vitest';
import { OwnClock } from './own-clock.ts';

test('a clock that was set is noticed once; time that passes, sleep and slow corrections are not', () => {
  let up = 5_000;
  const clock = new OwnClock(() => up);
  const start = Date.parse('2026-11-21T07:00:00+07:00');
  const look = (passed: number, shown: number): number => {
    up = 5_000 + passed;
    return clock.look(start + shown);
  };
  expect(look(0, 0)).toBe(0);
  expect(look(8 * 3_600_000, 8 * 3_600_000 + 20_000)).toBe(0);
  expect(look(8 * 3_600_000 + 1_000, 11 * 3_600_000 + 21_000)).toBe(3 * 3_600_000);
  expect(look(8 * 3_600_000 + 2_000, 11 * 3_600_000 + 22_000)).toBe(0);
  expect(look(8 * 3_600_000 + 3_000, 8 * 3_600_000 + 23_000)).toBe(-3 * 3_600_000);
});
