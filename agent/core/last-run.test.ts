import { expect, it } from 'vitest';
import { endOf, gapsOf } from './last-run.ts';

const MINUTE = 60_000;
const NOW = 1_795_244_400_000;
const M = NOW / MINUTE;

it('after Fast Startup the machine was off until it was switched on, however long its kernel counts', () => {
  const mark = { boot: 'a'.repeat(16), version: '1', clean: true, off: true };
  const watched = { boot: 'a'.repeat(16), at: NOW - 600 * MINUTE, mono: 100_000, end: NOW - 600 * MINUTE };
  const now = { boot: 'b'.repeat(16), at: NOW, mono: 3 * 1440 * MINUTE };
  const boot = { boot: now.boot, bootAt: NOW - 4 * MINUTE, lastEnd: 'clean', endedAt: NOW - 600 * MINUTE } as const;
  expect(gapsOf(mark, watched, { ...boot, start: 'fast' }, now)).toEqual([{ from: M - 4, to: M }]);
  expect(gapsOf(mark, watched, { ...boot, start: 'hibernated' }, now)).toEqual([{ from: M - 4, to: M }]);
  // Without that word the kernel's own count is all there is.
  expect(gapsOf(mark, watched, boot, now)).toEqual([{ from: M - 600, to: M }]);
});

it('a blue screen took the agent with it, as a power cut does', () => {
  const mark = { boot: 'a'.repeat(16), version: '1', clean: false };
  expect(endOf(mark, false, { boot: 'b'.repeat(16), lastEnd: 'crash' })).toBe('power');
});
