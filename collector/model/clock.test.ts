import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundClock, learnClock, SKEW_LIMIT_MS, trueTimeOf, windowPlausible } from './clock.ts';

const NOW = Date.parse('2026-11-21T08:00:00+07:00');
const BOOT = '00112233445566aa';
const HOUR = 3_600_000;
const nothing = { clock: null, skew: null };

describe('learning the clock of a boot', () => {
  test('the first presence gives receipt minus mono; an earlier one lowers it', () => {
    expect(learnClock(nothing, { boot: BOOT, mono: 5_000, at: NOW }, NOW)).toEqual({ boot: BOOT, offset: NOW - 5_000 });
    const before = { clock: { boot: BOOT, offset: NOW - 5_000 }, skew: 0 };
    expect(learnClock(before, { boot: BOOT, mono: 7_000, at: NOW + 1_500 }, NOW + 1_500)?.offset).toBe(NOW - 5_500);
  });

  test('a late one raises it by a second at most, as quartz drifts', () => {
    const before = { clock: { boot: BOOT, offset: NOW }, skew: 0 };
    expect(learnClock(before, { boot: BOOT, mono: HOUR, at: NOW + HOUR }, NOW + HOUR + 300)?.offset).toBe(NOW + 300);
    // Kept by a broker for two hours: the wall clock agrees with mono, so the message is late and the clock is not wrong.
    expect(learnClock(before, { boot: BOOT, mono: HOUR, at: NOW + HOUR }, NOW + 3 * HOUR)?.offset).toBe(NOW + 1_000);
  });

  test('a machine that was paused for hours keeps its right clock', () => {
    const before = { clock: { boot: BOOT, offset: NOW }, skew: 0 };
    const after = NOW + 8 * HOUR;
    expect(learnClock(before, { boot: BOOT, mono: 60_000, at: after }, after)?.offset).toBe(after - 60_000);
  });

  test('our own clock was behind when it was learned: it is given up when both clocks agree', () => {
    const before = { clock: { boot: BOOT, offset: NOW - 3 * HOUR }, skew: 3 * HOUR };
    const after = NOW + HOUR;
    expect(learnClock(before, { boot: BOOT, mono: HOUR, at: after - 2_000 }, after)?.offset).toBe(NOW);
  });

  test('our own clock was ahead: any message lowers it, and what the two clocks of the device say of each other stays', () => {
    const before = { clock: { boot: BOOT, offset: NOW + 5 * HOUR }, skew: -5 * HOUR };
    const at = NOW + HOUR;
    expect(boundClock(before, { boot: BOOT, mono: HOUR, at }, at)).toEqual({ clock: { boot: BOOT, offset: NOW }, skew: 0 });
    expect(boundClock(before, { boot: 'ffffffffffffffff', mono: HOUR, at }, at)).toBe(before);
    const right = { clock: { boot: BOOT, offset: NOW }, skew: 0 };
    // Late by a day, or early by what a network and a rounding may make: nothing is learned.
    expect(boundClock(right, { boot: BOOT, mono: HOUR, at }, at + 24 * HOUR)).toBe(right);
    expect(boundClock(right, { boot: BOOT, mono: HOUR, at }, at - SKEW_LIMIT_MS)).toBe(right);
  });

  test('a new boot starts anew; a mono of more than ten years is not believed', () => {
    const before = { clock: { boot: BOOT, offset: NOW }, skew: 0 };
    expect(learnClock(before, { boot: 'ffffffffffffffff', mono: 1, at: 0 }, NOW)).toEqual({ boot: 'ffffffffffffffff', offset: NOW - 1 });
    expect(learnClock(before, { boot: BOOT, mono: Number.MAX_SAFE_INTEGER, at: NOW }, NOW)).toBe(before.clock);
  });
});

describe('true time', () => {
  const clock = { boot: BOOT, offset: NOW };
  const later = NOW + 10 * HOUR;

  test('a clock right within 90 s is left alone', () => {
    const time = trueTimeOf({ boot: BOOT, mono: HOUR, at: NOW + HOUR + SKEW_LIMIT_MS }, clock, later);
    expect(time).toEqual({ at: NOW + HOUR + SKEW_LIMIT_MS, skew: SKEW_LIMIT_MS, shift: 0 });
  });

  test('1970 and 2099 are corrected in the boot whose clock is known', () => {
    for (const wrong of [HOUR, Date.UTC(2099, 5, 1)]) {
      const time = trueTimeOf({ boot: BOOT, mono: HOUR, at: wrong }, clock, later)!;
      expect(time.at).toBe(NOW + HOUR);
      expect(time.skew).toBe(wrong - NOW - HOUR);
      const minute = Math.floor(wrong / 60_000);
      expect(Math.abs((minute + time.shift) * 60_000 - time.at)).toBeLessThanOrEqual(60_000);
    }
  });

  test('1970 and 2099 are never believed of another boot; a plausible time is', () => {
    for (const wrong of [0, HOUR, Date.UTC(2023, 11, 31), Date.UTC(2099, 5, 1), later + SKEW_LIMIT_MS + 1]) {
      expect(trueTimeOf({ boot: '0', mono: 1, at: wrong }, clock, later)).toBeUndefined();
      expect(trueTimeOf({ boot: BOOT, mono: 1, at: wrong }, null, later)).toBeUndefined();
    }
    expect(trueTimeOf({ boot: '0', mono: 1, at: NOW }, clock, later)).toEqual({ at: NOW, skew: null, shift: 0 });
  });

  test('a mono that lies in the future is not believed', () => {
    expect(trueTimeOf({ boot: BOOT, mono: 11 * HOUR, at: NOW }, clock, later)).toBeUndefined();
  });

  test('whatever the clock says, the minute found is within a minute of the truth', () => {
    assert(
      property(integer({ min: -2e12, max: 5e12 }), integer({ min: 0, max: 20 * HOUR }), (wrong, mono) => {
        const made = NOW + mono;
        const at = Math.max(0, made + wrong);
        const time = trueTimeOf({ boot: BOOT, mono, at }, clock, made + 5_000)!;
        expect(Math.abs(time.at - made)).toBeLessThanOrEqual(SKEW_LIMIT_MS);
        const minute = Math.floor(at / 60_000) + time.shift;
        expect(Math.abs(minute * 60_000 - made)).toBeLessThanOrEqual(60_000 + SKEW_LIMIT_MS);
      }),
    );
  });

  test('a window may hold the minute under way, but nothing to come and nothing before 2024', () => {
    const minute = NOW / 60_000;
    expect(windowPlausible(minute, 5, NOW + 4 * 60_000)).toBe(true);
    expect(windowPlausible(minute, 8, NOW + 4 * 60_000)).toBe(false);
    expect(windowPlausible(Date.UTC(2023, 11, 31) / 60_000, 5, NOW)).toBe(false);
  });
});
