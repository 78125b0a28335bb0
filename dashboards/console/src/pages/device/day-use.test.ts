import { expect, test } from 'vitest';
import { useOf } from './day-use.ts';

test('minutes that could not be seen never make a zero', () => {
  expect(useOf({ inUse: 0, blind: 5 })).toEqual({ kind: 'unknown' });
  expect(useOf({ inUse: 12, blind: 5 })).toEqual({ kind: 'atLeast', minutes: 12 });
  expect(useOf({ inUse: 12, blind: 0 })).toEqual({ kind: 'exact', minutes: 12 });
  expect(useOf({ inUse: 0, blind: 0 })).toEqual({ kind: 'exact', minutes: 0 });
});
