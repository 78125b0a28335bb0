import { describe, expect, test } from 'vitest';
import type { DeviceSummary, Trouble } from '../api/types.ts';
import { arrange, count, filtersOf, fold, keepOrder, matches, queryOf } from './device-list.ts';

const trouble = (severity: Trouble['severity']): Trouble => ({
  code: 'x',
  severity,
  what: { vi: 'x', en: 'x' },
  advice: { vi: 'x', en: 'x' },
  since: null,
});
function device(name: string, over: Partial<DeviceSummary> = {}): DeviceSummary {
  return {
    id: name,
    name,
    class: 'pc-student',
    unit: { id: 'r1', kind: 'room', name: 'Phòng máy 1' },
    path: [
      { id: 's1', kind: 'school', name: 'THCS Đống Đa' },
      { id: 'r1', kind: 'room', name: 'Phòng máy 1' },
    ],
    state: 'online',
    lastSeen: null,
    use: { state: 'idle', session: null },
    latest: { at: null, cpu: null, memory: null, disk: null, temperature: null },
    antivirus: { verdict: 'unknown', product: null, definitionsAgeDays: null },
    troubles: [],
    ...over,
  };
}
const none = filtersOf({});

describe('filters', () => {
  test('go to the address and back', () => {
    const filters = filtersOf({ unit: 'u', q: 'máy', state: 'silent', troubled: 'true', sort: 'cpu' });
    expect(filtersOf(queryOf(filters))).toEqual(filters);
    expect(filtersOf({ sort: 'nonsense' }).sort).toBe('trouble');
  });
  test('the search ignores case and diacritics and wants every word', () => {
    expect(fold('Đặng Ỷ')).toBe('dang y');
    expect(matches(device('Máy 07'), { ...none, q: 'MAY 07 dong da' })).toBe(true);
    expect(matches(device('Máy 07'), { ...none, q: 'may 08' })).toBe(false);
  });
  test('unit, state and use', () => {
    expect(matches(device('a'), { ...none, unit: 's1' })).toBe(true);
    expect(matches(device('a'), { ...none, unit: 's2' })).toBe(false);
    expect(matches(device('a', { state: 'silent' }), { ...none, state: 'online' })).toBe(false);
    expect(matches(device('a', { use: { state: 'active', session: 'open' } }), { ...none, state: 'in-use' })).toBe(true);
  });
  test('a notice alone does not need a look', () => {
    expect(matches(device('a', { troubles: [trouble('notice')] }), { ...none, troubled: true })).toBe(false);
    expect(matches(device('a', { troubles: [trouble('warning')] }), { ...none, troubled: true })).toBe(true);
  });
});

describe('order', () => {
  test('what is wrong comes first, numbers in names count as numbers', () => {
    const list = [device('Máy 10'), device('Máy 9'), device('Máy 11', { troubles: [trouble('urgent')] })];
    expect(arrange(list, none)).toEqual(['Máy 11', 'Máy 9', 'Máy 10']);
  });
  test('unknown comes last, not as zero', () => {
    const cpu = (value: number | null) => ({ at: null, cpu: value, memory: null, disk: null, temperature: null });
    const list = [device('x', { latest: cpu(null) }), device('y', { latest: cpu(0) }), device('z', { latest: cpu(50) })];
    expect(arrange(list, { ...none, sort: 'cpu' })).toEqual(['z', 'y', 'x']);
  });
  test('rows stay where they are, new ones come at the end', () => {
    expect(keepOrder(['a', 'b', 'c'], ['d', 'c'], (id) => id !== 'b')).toEqual(['a', 'c', 'd']);
  });
});

test('counts leave revoked devices out and know their unit', () => {
  const list = [
    device('a', { use: { state: 'active', session: 'open' } }),
    device('b', { state: 'silent', troubles: [trouble('warning')] }),
    device('c', { state: 'revoked', troubles: [trouble('urgent')] }),
    device('d', { path: [] }),
  ];
  expect(count(list, '')).toMatchObject({ total: 3, online: 2, inUse: 1, silent: 1, troubled: 1 });
  expect(count(list, 'r1').total).toBe(2);
});

test('what is not known is counted beside, never as off or idle', () => {
  const list = [
    device('a', { use: { state: 'blind', session: 'unknown' } }),
    device('b', { state: 'silent', use: { state: 'unknown', session: null } }),
    device('c', { state: 'never', use: { state: 'unknown', session: null } }),
    device('d', { state: 'offline', use: { state: 'off', session: null } }),
  ];
  expect(count(list, '')).toMatchObject({ total: 4, online: 1, inUse: 0, onUnknown: 2, useUnknown: 3, neverHeard: 1 });
});
