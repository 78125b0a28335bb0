import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, essential, type Likeness, marksOf, merge } from './identity.ts';
import type { Fingerprint } from './records.ts';

const A: Fingerprint = { uuid: 'ua', board: 'ba', macs: ['00:11:22:00:00:01', '00:11:22:00:00:02'], disks: ['d1', 'd2'] };
const other: Fingerprint = { uuid: 'ub', board: 'bb', macs: ['00:11:22:00:00:09'], disks: ['d9'] };
const nothing: Fingerprint = { macs: [], disks: [] };

describe('the same machine', () => {
  const same: [string, Fingerprint, Fingerprint][] = [
    ['nothing changed', A, A],
    ['one disk of two replaced', A, { ...A, disks: ['d1', 'd3'] }],
    ['all disks replaced', A, { ...A, disks: ['d7'] }],
    ['all network cards replaced', A, { ...A, macs: other.macs }],
    ['a card and a disk added', A, { ...A, macs: [...A.macs, '00:11:22:00:00:07'], disks: [...A.disks, 'd5'] }],
    ['UUID changed by a BIOS update', A, { ...A, uuid: 'uz' }],
    ['UUID and board unreadable, one card replaced', A, { macs: ['00:11:22:00:00:01', '00:11:22:00:00:0f'], disks: A.disks }],
    ['main board replaced, its cards and disks kept', A, { ...A, uuid: 'uz', board: 'bz' }],
    ['only the UUID could be read', { ...nothing, uuid: 'ua' }, A],
    ['only the disks could be read', { ...nothing, disks: ['d1'] }, A],
    ['only a MAC could be read', { ...nothing, macs: ['00:11:22:00:00:02'] }, A],
  ];
  it.each(same)('%s', (_what, known, told) => expect(compare(known, told).same).toBe(true));
});

describe('another machine', () => {
  const different: [string, Fingerprint, Fingerprint][] = [
    ['nothing in common', A, other],
    ['nothing known', nothing, A],
    ['nothing known of either', nothing, nothing],
    ['the UUID of a cheap batch', A, { ...other, uuid: 'ua' }],
    ['the UUID and the board serial of a cheap batch', A, { ...other, uuid: 'ua', board: 'ba' }],
    ['a network adapter that moved', A, { ...other, macs: A.macs }],
    ['a disk that moved', A, { ...other, disks: A.disks }],
    ['the USB adapter and the USB stick of the installer', A, { ...other, macs: [A.macs[0]!, '00:11:22:00:00:09'], disks: ['d1', 'd9'] }],
    [
      'the same two, and the firmware could not be read',
      { macs: A.macs, disks: A.disks },
      { macs: [A.macs[0]!, '00:11:22:00:00:09'], disks: ['d1', 'd9'] },
    ],
    [
      'a shared MAC, and the rest of the cards differ',
      { ...nothing, macs: A.macs },
      { ...nothing, macs: [A.macs[0]!, '00:11:22:00:00:09'] },
    ],
    [
      'the same UUID, another card, the rest unknown',
      { ...nothing, uuid: 'ua', macs: A.macs },
      { ...nothing, uuid: 'ua', macs: other.macs },
    ],
  ];
  it.each(different)('%s', (_what, known, told) => expect(compare(known, told).same).toBe(false));
});

describe('with the secret in hand', () => {
  const cases: [string, Fingerprint, Fingerprint, Likeness][] = [
    ['nothing changed', A, A, 'same'],
    ['one part changed', A, { ...A, disks: ['d7'] }, 'same'],
    ['all other', A, other, 'other'],
    ['main board with its card replaced, the disk kept', A, { ...other, disks: A.disks }, 'unclear'],
    ['a cheap batch with one UUID', A, { ...other, uuid: 'ua', board: 'ba' }, 'other'],
    ['a network adapter that moved', A, { ...other, macs: A.macs }, 'other'],
    ['what was plugged in during the installation', A, { ...other, macs: [A.macs[0]!, other.macs[0]!], disks: ['d1', 'd9'] }, 'other'],
    ['only the addresses are known, and they differ', { ...nothing, macs: A.macs }, { ...nothing, macs: other.macs }, 'unclear'],
    ['nothing can be read now', A, nothing, 'unclear'],
    ['nothing was ever known', nothing, nothing, 'unclear'],
  ];
  it.each(cases)('%s', (_what, known, told, likeness) => expect(compare(known, told).likeness).toBe(likeness));
});

describe('what two systems write differently', () => {
  it('is one UUID, whichever order its first fields are in', () => {
    const linux = { ...nothing, uuid: '4c4c4544-0042-4310-8031-b1c04f333432' };
    const windows = { ...nothing, uuid: '44454C4C-4200-1043-8031-B1C04F333432' };
    expect(compare(linux, windows).same).toBe(true);
    expect(marksOf(linux)).toEqual(marksOf(windows));
  });

  it('is one serial number of an NVMe disk', () => {
    const linux = { ...nothing, disks: ['S4EWNX0R123456', 'eui.0025385691b12f4c'] };
    expect(compare(linux, { ...nothing, disks: ['0025_3856_91B1_2F4C.'] }).same).toBe(true);
  });

  it('and the serial number that every disk of a virtual machine has is none', () => {
    expect(compare({ ...nothing, disks: ['QM00001'] }, { ...nothing, disks: ['QM00001'] }).same).toBe(false);
    expect(marksOf({ ...nothing, disks: ['QM00001'] })).toEqual([]);
  });
});

const fingerprint = fc.record(
  {
    uuid: fc.constantFrom('u1', 'u2'),
    board: fc.constantFrom('b1', 'b2'),
    macs: fc.subarray(['00:a', '00:b', '00:c']),
    disks: fc.subarray(['x', 'y']),
  },
  { requiredKeys: ['macs', 'disks'] },
) as fc.Arbitrary<Fingerprint>;

it('does not depend on who was known first', () => {
  fc.assert(
    fc.property(fingerprint, fingerprint, (a, b) => {
      expect(compare(a, b)).toEqual(compare(b, a));
    }),
  );
});

it('finds every machine that is the same by at least one mark', () => {
  fc.assert(
    fc.property(fingerprint, fingerprint, (a, b) => {
      const marks = new Set(marksOf(a).map(({ part, value }) => `${part} ${value}`));
      const found = marksOf(b).some(({ part, value }) => marks.has(`${part} ${value}`));
      expect(found || !compare(a, b).same).toBe(true);
    }),
  );
});

it('ranks more evidence higher', () => {
  expect(compare(A, A).score).toBeGreaterThan(compare(A, { ...A, disks: ['d7'] }).score);
  expect(compare(A, { ...A, disks: ['d1', 'd3'] }).score).toBeGreaterThan(compare(A, { ...A, disks: ['d7'] }).score);
});

it('drops what says nothing of hardware', () => {
  const told = { uuid: 'ABC', macs: ['02:42:AC:11:00:02', '00:1B:21:00:00:01', '00:1b:21:00:00:01'], disks: ['b', 'a', 'b'] };
  expect(essential(told)).toEqual({ uuid: 'abc', macs: ['00:1b:21:00:00:01'], disks: ['a', 'b'] });
});

it('keeps what is not told any more', () => {
  expect(merge(A, nothing)).toEqual(A);
  expect(merge(A, { ...other, uuid: 'new' })).toEqual({ ...other, uuid: 'new' });
});
