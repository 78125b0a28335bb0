import { describe, expect, test } from 'vitest';
import type { Fingerprint } from '../probes/probe.ts';
import { likeness, type Likeness } from './hardware.ts';

const A: Fingerprint = { uuid: 'ua', board: 'ba', macs: ['00:11:22:00:00:01', '00:11:22:00:00:02'], disks: ['D-1'] };
const other: Fingerprint = { uuid: 'ub', board: 'bb', macs: ['00:11:22:00:00:09'], disks: ['D-9'] };
const nothing: Fingerprint = { macs: [], disks: [] };

describe('the hardware an id was given for', () => {
  const cases: [string, Fingerprint, Fingerprint, Likeness][] = [
    ['unchanged', A, A, 'same'],
    ['one of two cards replaced', A, { ...A, macs: ['00:11:22:00:00:01', '00:11:22:00:00:07'] }, 'same'],
    ['the agent may not read the firmware any more', A, { macs: A.macs, disks: A.disks }, 'same'],
    ['nothing can be read', A, nothing, 'same'],
    ['the UUID is another, the board the same', A, { ...A, uuid: 'uz' }, 'same'],
    ['written in another way', A, { ...A, uuid: 'UA', disks: ['d1'] }, 'same'],
    ['a card with a new made-up address', { ...A, macs: ['02:00:00:00:00:01'] }, { ...A, macs: ['06:00:00:00:00:01'] }, 'same'],
    ['another disk', A, { ...A, disks: ['D-2'] }, 'doubtful'],
    ['another card', A, { ...A, macs: ['00:11:22:00:00:07'] }, 'doubtful'],
    ['another board with its own card, the disk kept', A, { ...other, disks: A.disks }, 'other'],
    ['a copy of the disk', A, other, 'other'],
    ['a copy on a board of the same cheap batch', A, { ...other, uuid: 'ua', board: 'ba' }, 'other'],
    ['only addresses are known, and they differ', { ...nothing, macs: A.macs }, { ...nothing, macs: other.macs }, 'other'],
  ];
  test.each(cases)('%s', (_what, kept, now, expected) => {
    expect(likeness(kept, now)).toBe(expected);
    expect(likeness(now, kept)).toBe(expected);
  });
});
