import { describe, expect, it } from 'vitest';
import type { Inventory, KeptHardware, MemoryModule } from '../../ledger/index.ts';
import { followHardware } from './hardware.ts';

const GIB = 1024 ** 3;
const DAY = 86_400_000;
const START = Date.UTC(2026, 8, 1);
const A: MemoryModule = { size: 4 * GIB, serial: '11111111', slot: 'DIMM1', part: 'A' };
const B: MemoryModule = { size: 4 * GIB, serial: '22222222', slot: 'DIMM2', part: 'B' };
const SMALL: MemoryModule = { size: 2 * GIB, serial: '33333333', slot: 'DIMM2', part: 'C' };
type Disk = Inventory['disks'][number];
const X: Disk = { kind: 'hdd', model: 'ST1000', serial: 'Z9A1B2C3', size: 1e12 };
const Y: Disk = { kind: 'ssd', model: 'KINGSTON', serial: '50026B76', size: 5e11 };

interface Step {
  readonly modules?: readonly MemoryModule[];
  readonly disks?: readonly Disk[];
  /** Default: a boot of its own. */
  readonly boot?: string;
  readonly os?: string;
  /** Days after the step before; default 1. */
  readonly days?: number;
}

function follow(...steps: readonly Step[]): KeptHardware {
  let kept: KeptHardware | null = null;
  let at = START;
  for (const [i, { modules, disks = [X], boot = String(i), os = 'Windows 10 Pro', days = 1 }] of steps.entries()) {
    at += days * DAY;
    const inventory = { boot, memory: modules === undefined ? {} : { dimms: modules }, disks, nics: [], os: { name: os } };
    kept = followHardware(kept, inventory as unknown as Inventory, at);
  }
  return kept!;
}
const missing = (...steps: readonly Step[]): string[] =>
  follow(...steps).missing.map(({ component, serial, slot, replaced }) =>
    [component, serial, slot, replaced ? 'replaced' : ''].join(' ').trim(),
  );
const both = { modules: [A, B] };
const one = { modules: [A] };

describe('memory', () => {
  it.each<[string, readonly Step[], string[]]>([
    ['the same at every boot', [both, both, both], []],
    ['one module less at one boot is not enough: a loose contact', [both, one], []],
    ['told again in the same boot is one boot', [both, { ...one, boot: 'b' }, { ...one, boot: 'b' }], []],
    ['less at two boots', [both, one, one], ['memory 22222222 DIMM2']],
    ['back at the next boot', [both, one, both], []],
    ['less, back, less: not in a row', [both, one, both, one], []],
    ['back after it was missed', [both, one, one, both], []],
    ['still gone a week later', [both, one, one, { ...one, days: 7 }], ['memory 22222222 DIMM2']],
    ['gone for more than 30 days: somebody meant it', [both, one, one, { ...one, days: 31 }], []],
    ['and what was left then is the measure', [both, one, one, { ...one, days: 31 }, one, one], []],
    ['a smaller one in its place', [both, { modules: [A, SMALL] }, { modules: [A, SMALL] }], ['memory 22222222 DIMM2 replaced']],
    ['a larger one in its place', [one, { modules: [{ ...A, size: 8 * GIB }] }, { modules: [{ ...A, size: 8 * GIB }] }], []],
    [
      'another of the same size',
      [both, { modules: [A, { ...B, serial: '44444444' }] }, { modules: [A, { ...B, serial: '44444444' }] }],
      [],
    ],
    ['a module more, then gone again', [one, both, one, one], ['memory 22222222 DIMM2']],
    ['modules moved to other slots', [both, { modules: [{ ...A, slot: 'DIMM3' }, B] }, { modules: [{ ...A, slot: 'DIMM3' }, B] }], []],
    ['not told at all', [both, {}, {}], []],
    ['not told in between', [both, one, {}, one], ['memory 22222222 DIMM2']],
    ['never told', [{}, {}, {}], []],
    [
      'without serial numbers',
      [both, one, one].map(({ modules }) => ({ modules: modules.map(({ size, slot }) => ({ size, slot: slot! })) })),
      ['memory  DIMM2'],
    ],
  ])('%s', (_name, steps, expected) => {
    expect(missing(...steps)).toEqual(expected);
  });

  it('a second system of the same machine, which names things its own way, is compared with itself', () => {
    const linux = { os: 'Debian GNU Linux', modules: [{ size: 8 * GIB }], disks: [{ ...X, serial: 'OTHER-NAME' }] };
    expect(missing(both, linux, both, linux, linux, both)).toEqual([]);
  });
});

describe('disks', () => {
  it.each<[string, readonly Step[], string[]]>([
    ['gone at two boots', [{ disks: [X, Y] }, { disks: [X] }, { disks: [X] }], ['disk 50026B76']],
    ['gone at one boot: it did not spin up', [{ disks: [X, Y] }, { disks: [X] }, { disks: [X, Y] }], []],
    ['replaced', [{}, { disks: [Y] }, { disks: [Y] }], ['disk Z9A1B2C3  replaced']],
    ['written another way', [{}, { disks: [{ ...X, serial: 'z9a1-b2c3' }] }, { disks: [{ ...X, serial: 'z9a1-b2c3' }] }], []],
    ['serial numbers are not told any more', [{}, { disks: [{ kind: 'hdd' }] }, { disks: [{ kind: 'hdd' }] }], []],
    ['one more', [{}, { disks: [X, Y] }, { disks: [X, Y] }], []],
  ])('%s', (_name, steps, expected) => {
    expect(missing(...steps)).toEqual(expected);
  });
});

describe('counters of a disk', () => {
  const look = (health: object): Step => ({ disks: [{ ...X, health: { state: 'ok', ...health } } as Disk] });
  const trend = (...steps: readonly Step[]) => follow(...steps).trends['Z9A1B2C3'];

  it('that stand still say nothing, however high', () => {
    expect(trend(look({ reallocated: 900 }), look({ reallocated: 900 }))).toEqual({ values: { reallocated: 900 } });
  });

  it('that rise are remembered with the day', () => {
    expect(trend(look({ pending: 0 }), look({ pending: 8 }), look({ pending: 8 }))).toEqual({
      values: { pending: 8 },
      roseAt: START + 2 * DAY,
      rose: 'pending',
    });
  });

  it('that appear, disappear or fall begin anew', () => {
    expect(trend(look({}), look({ pending: 8 }))).toEqual({ values: { pending: 8 } });
    expect(trend(look({ pending: 8 }), look({}), look({ pending: 9 }))).toEqual({ values: { pending: 9 } });
    expect(trend(look({ pending: 8 }), look({ pending: 0 }))).toEqual({ values: { pending: 0 } });
  });
});
