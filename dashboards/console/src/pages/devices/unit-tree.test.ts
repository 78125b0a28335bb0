import { expect, test } from 'vitest';
import type { UnitNode } from '../../api/types.ts';
import { unitOptions } from './unit-tree.ts';

const unit = (id: string, parent: string | null, over: Partial<UnitNode> = {}): UnitNode => ({
  id,
  code: id,
  kind: 'school',
  name: id,
  parent,
  zone: 'Asia/Ho_Chi_Minh',
  devices: 1,
  troubled: 0,
  ...over,
});

test('children follow their parent, numbers in names are numbers', () => {
  const list = [unit('P', null), unit('Phòng 10', 'P'), unit('Phòng 9', 'P'), unit('A', null)];
  expect(unitOptions(list).map(({ id, depth }) => [id, depth])).toEqual([
    ['A', 0],
    ['P', 0],
    ['Phòng 9', 1],
    ['Phòng 10', 1],
  ]);
});
test('units without devices and seats are left out, orphans are roots', () => {
  const list = [unit('a', 'not-there'), unit('b', null, { devices: 0 }), unit('c', 'a', { kind: 'seat' })];
  expect(unitOptions(list).map(({ id }) => id)).toEqual(['a']);
});
