import { describe, expect, it } from 'vitest';
import { InventoryFacts } from './parts.ts';

const facts = (): InventoryFacts => new InventoryFacts({ name: 'Linux', licence: 'free' }, undefined);

describe('disks that two probes tell of', () => {
  const bare = { kind: 'hdd', size: 1000, maker: 'Seagate', model: 'ST1000', serial: 'Z9A1B2C3' } as const;
  const other = { kind: 'ssd', model: 'KINGSTON', size: 500 } as const;
  const health = { state: 'ok', pending: 0 } as const;

  it.each([
    ['the inventory first', ['inventory', 'disk-health']],
    ['the health first', ['disk-health', 'inventory']],
  ])('%s: each disk once, with all that is known of it', (_name, order) => {
    const all = facts();
    const parts = {
      inventory: { disks: [bare, other] },
      'disk-health': {
        disks: [
          { kind: 'ssd' as const, model: 'KINGSTON', size: 500, health },
          { kind: 'hdd' as const, serial: 'Z9A1B2C3', health },
        ],
      },
    };
    for (const name of order as (keyof typeof parts)[]) expect(all.set(name, parts[name])).toBeUndefined();
    const { disks } = all.body();
    expect(disks.toSorted((a, b) => a.model!.localeCompare(b.model!))).toEqual([
      { ...other, health },
      { ...bare, health },
    ]);
  });

  it('a disk that is gone from the inventory goes, and its health with the next look', () => {
    const all = facts();
    all.set('inventory', { disks: [bare] });
    all.set('disk-health', { disks: [{ kind: 'hdd', serial: 'Z9A1B2C3', health }] });
    all.set('inventory', { disks: [other] });
    all.set('disk-health', { disks: [{ ...other, health }] });
    expect(all.body().disks).toEqual([{ ...other, health }]);
  });
});
