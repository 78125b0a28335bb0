import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayText, localDay, localMinute, minuteStarts } from './zone.ts';

const ZONES = [
  'Asia/Ho_Chi_Minh',
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
];
const FROM = Date.UTC(2024, 0, 1) / 60_000;
const TO = Date.UTC(2030, 0, 1) / 60_000;

describe('zone', () => {
  test('a day begins at 17:00 UTC of the day before in Vietnam', () => {
    const midnight = Date.parse('2026-11-20T17:00:00Z');
    expect(localDay('Asia/Ho_Chi_Minh', midnight)).toBe('2026-11-21');
    expect(localDay('Asia/Ho_Chi_Minh', midnight - 1)).toBe('2026-11-20');
    expect(localMinute('Asia/Ho_Chi_Minh', midnight / 60_000).minute).toBe(0);
  });

  test('equals Temporal in every zone, clock changes and half hours among them', () => {
    assert(
      property(constantFrom(...ZONES), integer({ min: FROM, max: TO }), (zone, utcMinute) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(utcMinute * 60_000).toZonedDateTimeISO(zone);
        const { dayNumber, minute } = localMinute(zone, utcMinute);
        expect(dayText(dayNumber)).toBe(expected.toPlainDate().toString());
        expect(minute).toBe(expected.hour * 60 + expected.minute);
      }),
      { numRuns: 500 },
    );
  });

  test('the minute starts of an ordinary day are 60 s apart', () => {
    const starts = minuteStarts('2026-11-21', 'Asia/Ho_Chi_Minh');
    expect(starts[0]).toBe(Date.parse('2026-11-20T17:00:00Z'));
    expect(starts.every((start, i) => start === starts[0]! + i * 60_000)).toBe(true);
  });

  test('a spring day in Berlin lacks an hour, an autumn day says the second pass', () => {
    const spring = minuteStarts('2026-03-29', 'Europe/Berlin');
    expect(spring.filter((start) => start === undefined).length).toBe(60);
    expect([spring[119], spring[120], spring[179]].map((start) => start === undefined)).toEqual([false, true, true]);
    expect(spring[180]).toBe(Date.parse('2026-03-29T01:00:00Z'));
    const autumn = minuteStarts('2026-10-25', 'Europe/Berlin');
    expect(autumn[150]).toBe(Date.parse('2026-10-25T01:30:00Z'));
    expect(autumn.includes(undefined)).toBe(false);
  });

  test('an unknown zone is an error, not a wrong day', () => {
    expect(() => localDay('Asia/Nowhere', 0)).toThrow(RangeError);
  });
});
