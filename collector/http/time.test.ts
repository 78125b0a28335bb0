import { describe, expect, it } from 'vitest';
import { isDay, parseInstant, rfc3339, rfc3339OrNull } from './time.ts';

describe('rfc3339', () => {
  it.each([
    [Date.UTC(2026, 10, 21, 1, 15), 'Asia/Ho_Chi_Minh', '2026-11-21T08:15:00+07:00'],
    [Date.UTC(2026, 10, 21, 18, 0), 'Asia/Ho_Chi_Minh', '2026-11-22T01:00:00+07:00'],
    [Date.UTC(2026, 10, 21, 1, 15, 59, 999), 'UTC', '2026-11-21T01:15:59+00:00'],
    [Date.UTC(2026, 6, 1), 'America/New_York', '2026-06-30T20:00:00-04:00'],
    [0, 'Asia/Kathmandu', '1970-01-01T05:30:00+05:30'],
    [Date.UTC(2026, 0, 1) + 0.75, 'Asia/Kathmandu', '2026-01-01T05:45:00+05:45'],
  ])('%d in %s is %s', (instant, zone, text) => {
    expect(rfc3339(instant, zone)).toBe(text);
    expect(Math.abs(Date.parse(text) - instant)).toBeLessThan(1000);
  });
  it('keeps null', () => expect(rfc3339OrNull(null, 'UTC')).toBeNull());
});

describe('parseInstant', () => {
  it.each([
    ['1700000000000', 1_700_000_000_000],
    ['0', 0],
    ['2026-11-21T08:15:00+07:00', Date.UTC(2026, 10, 21, 1, 15)],
    ['2026-11-21T08:15:00 07:00', Date.UTC(2026, 10, 21, 1, 15)],
    ['2026-11-21T01:15:00Z', Date.UTC(2026, 10, 21, 1, 15)],
    ['2026-11-21T01:15:00.5Z', Date.UTC(2026, 10, 21, 1, 15, 0, 500)],
  ])('%s', (text, instant) => expect(parseInstant(text, 'from')).toBe(instant));

  it.each([
    '',
    'now',
    '2026-11-21',
    '2026-11-21T08:15:00',
    '-1',
    '1e20',
    '99999999999999999999',
    '2200-01-01T00:00:00Z',
    '1969-01-01T00:00:00Z',
  ])('refuses %j and names the parameter', (text) =>
    expect(() => parseInstant(text, 'from')).toThrowError(
      expect.objectContaining({ code: 'BAD_RANGE', detail: expect.stringContaining('from') }),
    ),
  );
});

describe('isDay', () => {
  it.each([
    ['2026-11-21', true],
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-11-31', false],
    ['2026-11-21T00:00', false],
    ['+002026-11-21', false],
  ])('%s: %s', (text, is) => expect(isDay(text)).toBe(is));
});
