import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { addDays, clockOf, dayOf, formatOf, offsetOf } from './format.ts';
import { vi } from './vi.ts';

function leaves(value: unknown, at = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[at, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${at}.${key}`));
}

describe('dictionaries', () => {
  const ofEn = new Map(leaves(en));
  test('both languages have the same keys and nothing is empty', () => {
    expect(leaves(vi).map(([key]) => key)).toEqual([...ofEn.keys()]);
    for (const [key, text] of [...leaves(vi), ...ofEn]) {
      const said = typeof text === 'function' ? text('1', '2', '3') : text;
      expect(`${key} ${String(said)}`).toMatch(/ .*\S/);
    }
  });
  test('every parameter is used in both', () => {
    for (const [key, text] of [...leaves(vi), ...ofEn]) {
      if (typeof text !== 'function') continue;
      const given = ['⟨a⟩', '⟨b⟩', '⟨c⟩'].slice(0, text.length);
      for (const one of given) expect(`${key} ${String(text(...given))}`).toContain(one);
    }
  });
  test('Vietnamese carries its diacritics', () => {
    const whole = leaves(vi)
      .map(([, text]) => (typeof text === 'string' ? text : ''))
      .join(' ');
    expect(whole).toMatch(/[ăâđêôơư]/);
    expect(whole.normalize('NFC')).toBe(whole);
  });
});

describe('format', () => {
  const f = formatOf('vi', vi);
  const e = formatOf('en', en);
  test('numbers of each language', () => {
    expect(f.quantity(7.25, '%')).toBe('7,3%');
    expect(e.quantity(7.25, '%')).toBe('7.3%');
    expect(f.quantity(54.6, 'Cel')).toBe('55\u00a0°C');
    expect(f.bytes(8 * 1024 ** 3, 1024)).toBe('8\u00a0GB');
    expect(f.bytes(256_060_514_304)).toBe('256\u00a0GB');
    expect(f.quantity(1_250_000, 'By/s')).toBe('1,3\u00a0MB/s');
    expect(f.bytes(0)).toBe('0\u00a0B');
    expect(f.quantity(1000, 'Mbit/s')).toBe('1\u00a0Gbit/s');
  });
  test('times stay in the zone they carry, 24 hours', () => {
    expect(f.dateTime('2026-11-21T18:05:00+07:00')).toBe('21/11/2026 18:05');
    expect(e.dateTime('2026-11-21T00:05:00+07:00')).toBe('21/11/2026 00:05');
    expect(f.clock('2026-11-21T18:05:09+07:00')).toBe('18:05:09');
    expect(f.date('2027-10-14')).toBe('14/10/2027');
    expect(f.moment(Date.parse('2026-11-21T01:15:00Z'), 'Asia/Ho_Chi_Minh')).toBe('21/11 08:15');
    expect(f.longMoment(Date.parse('2025-11-21T18:15:00Z'), 'Asia/Ho_Chi_Minh')).toBe('22/11/2025 01:15');
    expect(e.weekday('2026-11-21')).toContain('21/11');
    expect(offsetOf('2026-11-21T18:05:00-03:30')).toBe(-12_600_000);
    expect(offsetOf('2026-11-21T18:05:00Z')).toBe(0);
  });
  test('how long ago', () => {
    expect(f.ago(3_000)).toBe('vừa xong');
    expect(f.ago(-60_000)).toBe('vừa xong');
    expect(f.ago(180_000)).toBe('3 phút trước');
    expect(e.ago(7_200_000)).toBe('2 hours ago');
    expect(f.ago(3 * 86_400_000)).toBe('3 ngày trước');
  });
  test('durations', () => {
    expect(f.minutes(45)).toBe('45 phút');
    expect(e.minutes(185)).toBe('3 h 05 min');
    expect(clockOf(495)).toBe('08:15');
  });
  test('days of a zone', () => {
    expect(dayOf(Date.parse('2026-11-20T17:30:00Z'), 'Asia/Ho_Chi_Minh')).toBe('2026-11-21');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  });
});
