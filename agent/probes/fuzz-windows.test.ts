import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionInfo } from '../platform/windows/session-info.ts';
import { parseSystemTimes } from './cpu/parse-windows.ts';
import { driveOf, parseDiskPerformance } from './disk/parse-windows.ts';
import { parseMemoryStatus } from './memory/parse-windows.ts';
import type { HelperWord } from './probe.ts';
import { windowsSession } from './session/parse-windows.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_125);

describe('structures of Windows', () => {
  it('may be any bytes, and what comes of them makes sense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const times = parseSystemTimes(bytes);
        expect(times === undefined || (times.busy >= 0 && times.busy <= times.total)).toBe(true);
        const memory = parseMemoryStatus(bytes);
        expect(memory === undefined || (memory.memory! >= 0 && memory.memory! <= 100)).toBe(true);
        const disk = parseDiskPerformance(bytes);
        expect(disk === undefined || (disk.read >= 0 && disk.written >= 0)).toBe(true);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it('name a drive, C: when they name none', () => {
    expect(['d:\\Windows', '\\\\?\\x', 7, undefined].map(driveOf)).toEqual(['D:\\', 'C:\\', 'C:\\', 'C:\\']);
  });
});

const session: fc.Arbitrary<SessionInfo> = fc.record({
  session: fc.nat({ max: 4 }),
  state: fc.nat({ max: 9 }),
  flags: fc.constantFrom(0, 1, 0xffff_ffff),
  console: fc.boolean(),
  user: fc.boolean(),
});
const word: fc.Arbitrary<HelperWord> = fc.record({
  session: fc.nat({ max: 4 }),
  idleSeconds: fc.nat({ max: 100_000 }),
  mono: fc.nat({ max: 1_000_000 }),
});

describe('idle time on Windows', () => {
  it('is told only of the open session at the screen, and only from a fresh word of its own helper', () => {
    fc.assert(
      fc.property(
        fc.array(session, { maxLength: 5 }),
        fc.array(word, { maxLength: 4 }),
        fc.constantFrom<[number, number]>([6, 1], [10, 0]),
        (sessions, words, kernel) => {
          const mono = 500_000;
          const { session: state, idleSeconds } = windowsSession(sessions, words, kernel, mono);
          if (idleSeconds === null) return;
          expect(state).toBe('open');
          const fresh = words.filter((one) => mono - one.mono <= 90_000);
          const here = new Set(sessions.filter((one) => one.console && one.user && one.session !== 0).map((one) => one.session));
          expect(fresh.some((one) => here.has(one.session) && idleSeconds >= one.idleSeconds)).toBe(true);
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
  });
});
