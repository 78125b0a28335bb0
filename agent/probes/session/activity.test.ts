import { describe, expect, it } from 'vitest';
import { Activity } from './activity.ts';
import type { InputCounters } from './parse.ts';

const counters = (complete: boolean, ...counts: [string, number][]): InputCounters => ({ counts: new Map(counts), complete });
const BOOTED = 600_000;

describe('activity', () => {
  it('knows nothing at the first look, and counts from boot until a touch is seen', () => {
    const activity = new Activity();
    expect(activity.look(counters(true, ['mouse', 5]), BOOTED)).toBeNull();
    expect(activity.look(counters(true, ['mouse', 5]), BOOTED + 20_000)).toBe(620);
  });

  it('counts from the last touch', () => {
    const activity = new Activity();
    activity.look(counters(true, ['mouse', 5], ['keyboard', 1]), BOOTED);
    expect(activity.look(counters(true, ['mouse', 5], ['keyboard', 2]), BOOTED + 20_000)).toBe(0);
    expect(activity.look(counters(true, ['mouse', 5], ['keyboard', 2]), BOOTED + 40_000)).toBe(20);
    expect(activity.look(counters(true, ['mouse', 6], ['keyboard', 2]), BOOTED + 60_000)).toBe(0);
  });

  it('takes a device that came, went or started anew for no touch', () => {
    const activity = new Activity();
    activity.look(counters(true, ['mouse', 500]), BOOTED);
    expect(activity.look(counters(true, ['mouse', 3]), BOOTED + 20_000)).toBe(620);
    expect(activity.look(counters(true, ['mouse', 3], ['tablet', 9]), BOOTED + 40_000)).toBe(640);
    expect(activity.look(counters(true, ['tablet', 9]), BOOTED + 60_000)).toBe(660);
    expect(activity.look(counters(true, ['tablet', 10]), BOOTED + 80_000)).toBe(0);
  });

  it('says null while a device is not counted, but sees the touch of one that is', () => {
    const activity = new Activity();
    activity.look(counters(false, ['keyboard', 1]), BOOTED);
    expect(activity.look(counters(false, ['keyboard', 1]), BOOTED + 20_000)).toBeNull();
    expect(activity.look(counters(false, ['keyboard', 2]), BOOTED + 40_000)).toBe(0);
    expect(activity.look(counters(false, ['keyboard', 2]), BOOTED + 60_000)).toBeNull();
    // The uncounted device is gone: from the next look on it can be told again.
    expect(activity.look(counters(true, ['keyboard', 2]), BOOTED + 80_000)).toBeNull();
    expect(activity.look(counters(true, ['keyboard', 2]), BOOTED + 100_000)).toBe(700);
  });
});
