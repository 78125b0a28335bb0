import { expect, test } from 'vitest';
import { collectGarbage } from './collect.ts';

test('collects where it can, and says whether', () => {
  const asked: unknown[] = [];
  expect(collectGarbage({ gc: (how: unknown) => asked.push(how) })).toBe(true);
  expect(asked).toEqual([{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
  expect(collectGarbage({})).toBe(false);
});
