import { expect, test } from 'vitest';
import { zoneName } from './zone.ts';

test.each([
  ['Asia/Ho_Chi_Minh', 'Asia/Ho_Chi_Minh'],
  ['UTC', 'UTC'],
  ['+07:00', 'Etc/GMT-7'],
  ['-03:00', 'Etc/GMT+3'],
  ['+05:30', 'UTC'],
  ['home/lan/zone', 'UTC'],
])('%s is told as %s', (id, name) => {
  expect(zoneName(id)).toBe(name);
});
