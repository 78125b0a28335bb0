import { expect, it } from 'vitest';
import { licenceState } from './licence.ts';

it.each<[readonly number[] | undefined, string]>([
  [undefined, 'unknown'],
  [[], 'unknown'],
  [[1], 'licensed'],
  [[5, 1], 'licensed'],
  [[2], 'grace'],
  [[6, 0], 'grace'],
  [[5], 'unlicensed'],
  [[0], 'unlicensed'],
  [[99], 'unknown'],
])('%j is %s', (statuses, state) => {
  expect(licenceState(statuses)).toBe(state);
});
