import { describe, expect, test } from 'vitest';
import { appendPoints, columnsOf, firstRange, isBehind, isolated, summaryOf } from './points.ts';

const point = (minute: number, mean = 50) => ({ at: minute * 60_000, min: mean - 10, mean, max: mean + 10 });

describe('columnsOf', () => {
  test('a gap stays a gap: a null stands between', () => {
    const [at, mean, max, min] = columnsOf([point(0), point(5), point(60)], 300);
    expect(at).toEqual([0, 300, 1950, 3600]);
    expect(mean).toEqual([50, 50, null, 50]);
    expect(max).toEqual([60, 60, null, 60]);
    expect(min).toEqual([40, 40, null, 40]);
  });
  test('five-minute reports are neighbours at a step of one minute', () => {
    expect(columnsOf([point(0), point(5), point(10)], 60)[1]).toEqual([50, 50, 50]);
  });
  test('zero is a value, not a gap', () => {
    expect(columnsOf([{ at: 0, min: 0, mean: 0, max: 0 }], 60)[1]).toEqual([0]);
  });
  test('nothing gives nothing', () => {
    expect(columnsOf([], 60)).toEqual([[], [], [], []]);
  });
});

describe('appendPoints', () => {
  test('the last step is read again, old ones leave', () => {
    const all = appendPoints([point(0), point(5, 20), point(10, 30)], [point(10, 35), point(15)], 5 * 60_000);
    expect(all.map((one) => [one.at / 60_000, one.mean])).toEqual([
      [5, 20],
      [10, 35],
      [15, 50],
    ]);
  });
  test('nothing later keeps what there is', () => {
    expect(appendPoints([point(5)], [], 0)).toEqual([point(5)]);
  });
});

test('the summary takes the extremes of the bands', () => {
  expect(summaryOf([point(0, 10), point(5, 30)])).toEqual({ mean: 20, min: 0, max: 40 });
  expect(summaryOf([])).toBeUndefined();
});

test('a report that the store does not have yet is noticed', () => {
  const latest = new Date(11 * 60_000).toISOString();
  expect(isBehind([point(5)], 300, latest)).toBe(true);
  expect(isBehind([point(10)], 300, latest)).toBe(false);
  expect(isBehind([], 300, latest)).toBe(true);
  expect(isBehind([], 300, null)).toBe(false);
});

test('a lone value is a dot, zero is a value', () => {
  expect(isolated([0, null, 5, 6, null, undefined, 7])).toEqual([0, 6]);
  expect(isolated([])).toEqual([]);
});

test('a machine that came a moment ago starts with an hour, another with a day', () => {
  expect(firstRange('2026-11-22T06:00:00+07:00', null)).toBe('1h');
  expect(firstRange('2026-11-22T06:00:00+07:00', '2026-11-22T08:59:00+07:00')).toBe('1h');
  expect(firstRange('2026-11-22T06:00:00+07:00', '2026-11-22T02:00:00Z')).toBe('24h');
});
