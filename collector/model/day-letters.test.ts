import { describe, expect, test } from 'vitest';
import { emptyBits, emptyUse, setBit } from './bitmaps.ts';
import { type DayEvidence, dayLetters, offSince } from './day-letters.ts';

const day = '2026-11-21';
const at = (time: string): number => Date.parse(`${day}T${time}+07:00`);
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const evidence = (more: Partial<DayEvidence>): DayEvidence => ({
  day,
  zone: 'Asia/Ho_Chi_Minh',
  use: undefined,
  enrolledAt: 0,
  observedUntil: null,
  offSince: null,
  now: at('23:59:59') + 86_400_000,
  ...more,
});
const letterAt = (letters: string, time: string): string => letters[minuteOf(time)]!;

describe('day letters', () => {
  test('one of 1,440 for each minute', () => {
    const use = emptyUse();
    for (const m of [600, 601, 602]) setBit(use.on, m);
    setBit(use.active, 601);
    setBit(use.blind, 602);
    const letters = dayLetters(evidence({ use, observedUntil: at('10:03:00') }));
    expect(letters).toMatch(/^[oiabuf]{1440}$/);
    expect(letters.slice(598, 605)).toBe('ooiabuu');
  });

  test('minutes nobody watched are unknown, unless a report says better', () => {
    const use = { ...emptyUse(), unseen: emptyBits() };
    for (const m of [600, 610]) setBit(use.on, m);
    for (const m of [600, 601, 602, 609, 610, 620]) setBit(use.unseen, m);
    const letters = dayLetters(evidence({ use, observedUntil: at('10:11:00'), now: at('10:15:30') }));
    expect(letters.slice(599, 622)).toBe('oiuuoooooouiuuuufffffff');
  });

  test('silence alone is unknown, never off', () => {
    expect(dayLetters(evidence({}))).toBe('u'.repeat(1440));
  });

  test('what is still to come, and what was before enrolment', () => {
    const letters = dayLetters(evidence({ now: at('12:00:30'), enrolledAt: at('08:00:00'), observedUntil: at('11:00:00') }));
    expect(letterAt(letters, '07:59')).toBe('u');
    expect(letterAt(letters, '08:00')).toBe('o');
    expect(letterAt(letters, '10:59')).toBe('o');
    expect(letterAt(letters, '11:00')).toBe('u');
    expect(letterAt(letters, '11:59')).toBe('u');
    expect(letterAt(letters, '12:00')).toBe('f');
    expect(letterAt(letters, '23:59')).toBe('f');
  });

  test('a machine that said it goes off is off from then on; a stopped agent or a lost line is no evidence', () => {
    const presenceAt = at('16:30:20');
    expect(offSince({ online: false, presenceAt, presenceReason: 'shutdown' })).toBe(presenceAt);
    for (const presenceReason of ['stopped', 'lost']) expect(offSince({ online: false, presenceAt, presenceReason })).toBeNull();
    expect(offSince({ online: true, presenceAt, presenceReason: 'connected' })).toBeNull();
    const letters = dayLetters(evidence({ offSince: presenceAt, observedUntil: at('16:20:00') }));
    expect([letterAt(letters, '16:19'), letterAt(letters, '16:25'), letterAt(letters, '16:30'), letterAt(letters, '20:00')].join('')).toBe(
      'ouoo',
    );
  });

  test('a minute the day does not have is unknown', () => {
    const berlin = evidence({ day: '2026-03-29', zone: 'Europe/Berlin', observedUntil: Date.parse('2026-03-30T00:00:00Z') });
    const letters = dayLetters(berlin);
    expect(letters.slice(118, 122)).toBe('oouu');
    expect(letters.slice(178, 182)).toBe('uuoo');
  });
});
