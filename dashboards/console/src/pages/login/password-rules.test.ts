import { expect, test } from 'vitest';
import { allMet, rulesOf } from './password-rules.ts';

test('nothing typed meets nothing', () => {
  expect(rulesOf('', '', '')).toEqual({ length: false, different: false, same: false });
});
test('nine characters are too few, ten are enough', () => {
  expect(rulesOf('old', '123456789', '123456789').length).toBe(false);
  expect(allMet(rulesOf('old', '1234567890', '1234567890'))).toBe(true);
});
test('the old password again, or two different ones, do not do', () => {
  expect(rulesOf('bốn từ rời nhau', 'bốn từ rời nhau', 'bốn từ rời nhau').different).toBe(false);
  expect(rulesOf('old', 'bốn từ rời nhau', 'bon tu roi nhau').same).toBe(false);
});
