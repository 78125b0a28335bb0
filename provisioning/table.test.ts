import { expect, test } from 'vitest';
import { table, when } from './table.ts';

test('a time says which clock it is of', () => {
  expect(when(Date.UTC(2026, 10, 22, 0, 15))).toMatch(/^2026-11-2[12] \d\d:\d\d [+-]\d\d:\d\d$/);
  expect(when(null)).toBe('-');
});

test('columns stand under each other whatever the letters', () => {
  expect(table(['TÊN', 'B'], [['Máy 07', 'x']])).toBe('TÊN     B\nMáy 07  x');
});
