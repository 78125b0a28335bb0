import { array, assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Day } from '../../ledger/index.ts';
import { getBit, popcount, type UseBits } from './bitmaps.ts';
import { addUnseen, addWindow, countOnes, endOfLastOn, lastUse, type MinuteWindow } from './window.ts';

const VIETNAM = 'Asia/Ho_Chi_Minh';
const window = (start: string, on: string, active = '0'.repeat(on.length), blind = '0'.repeat(on.length)): MinuteWindow => ({
  minute: Date.parse(start) / 60_000,
  span: on.length,
  on,
  active,
  blind,
});

describe('window', () => {
  test('is cut at local midnight, not at UTC midnight', () => {
    const days = new Map<Day, UseBits>();
    addWindow(days, window('2026-11-20T16:58:00Z', '11111', '01010', '10000'), VIETNAM);
    expect([...days.keys()]).toEqual(['2026-11-20', '2026-11-21']);
    const [before, after] = [days.get('2026-11-20')!, days.get('2026-11-21')!];
    expect([1438, 1439].map((m) => getBit(before.on, m))).toEqual([true, true]);
    expect([before, after].map((use) => popcount(use.on))).toEqual([2, 3]);
    expect([getBit(before.active, 1439), getBit(after.active, 1), getBit(before.blind, 1438)]).toEqual([true, true, true]);
  });

  test('minutes that were off make no day', () => {
    const days = new Map<Day, UseBits>();
    addWindow(days, window('2026-11-20T10:00:00Z', '000'), VIETNAM);
    expect(days.size).toBe(0);
  });

  test('the hour that is there twice falls on the same minutes', () => {
    const days = new Map<Day, UseBits>();
    addWindow(days, window('2026-10-25T00:00:00Z', '1'.repeat(120)), 'Europe/Berlin');
    expect(popcount(days.get('2026-10-25')!.on)).toBe(60);
  });

  test('any order and any number of times gives the same bitmaps', () => {
    const one = property(
      array(integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 12 }),
      array(integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 40 }),
      constantFrom(VIETNAM, 'America/St_Johns'),
      (offsets, order, zone) => {
        const windows = offsets.map((offset) => ({
          ...window('2026-10-24T00:00:00Z', '10111', '00010', '00100'),
          minute: 29_700_000 + offset,
        }));
        const straight = new Map<Day, UseBits>();
        for (const each of windows) addWindow(straight, each, zone);
        const shuffled = new Map<Day, UseBits>();
        for (const i of order) addWindow(shuffled, windows[i % windows.length]!, zone);
        for (const each of windows.toReversed()) addWindow(shuffled, each, zone);
        expect(Object.fromEntries(shuffled)).toEqual(Object.fromEntries(straight));
      },
    );
    assert(one);
  });

  test('what its end says', () => {
    const start = '2026-11-20T10:00:00Z';
    expect(lastUse(window(start, '110'))).toBe('off');
    expect(lastUse(window(start, '11', '01'))).toBe('active');
    expect(lastUse(window(start, '11', '10', '01'))).toBe('blind');
    expect(lastUse(window(start, '11', '10'))).toBe('idle');
    expect(endOfLastOn(window(start, '1100'))).toBe(Date.parse('2026-11-20T10:02:00Z'));
    expect(endOfLastOn(window(start, '00'))).toBeUndefined();
    expect(countOnes('0110')).toBe(2);
  });
});

describe('minutes nobody watched', () => {
  const zones = ['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  test.each(zones)('fall where the minutes of a report fall: %s, across midnights and both clock changes', (zone) => {
    for (const text of ['2026-03-28T20:07:00Z', '2026-10-03T11:59:00Z', '2026-10-24T22:31:00Z', '2026-11-20T16:50:00Z']) {
      const from = Date.parse(text) / 60_000;
      const [unseen, days] = [new Map<string, Uint8Array>(), new Map<string, UseBits>()];
      addUnseen(unseen, from, from + 2000, zone);
      for (let minute = from; minute < from + 2000; minute++) addWindow(days, { minute, span: 1, on: '1', active: '0', blind: '0' }, zone);
      expect(unseen).toEqual(new Map([...days].map(([day, { on }]) => [day, on])));
    }
  });

  test('a stretch of years costs no more than 400 days', () => {
    const days = new Map<string, Uint8Array>();
    addUnseen(days, 0, 29_920_000, 'Asia/Ho_Chi_Minh');
    expect(days.size).toBe(401);
    addUnseen(days, 29_920_000, 29_919_000, 'Asia/Ho_Chi_Minh');
    expect(days.size).toBe(401);
  });
});
