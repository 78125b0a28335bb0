import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../ledger/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { systemClock } from '../ports/clock.ts';
import { eventually } from '../ports/message-source.contract.ts';
import { RetryLater, type WriteOutcome } from '../ports/series-store.ts';
import { Drain } from './drain.ts';
import { SpoolGuard } from './spool-guard.ts';

let home: string;
let ledger: Ledger;
const running: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-drain-'));
  ledger = await openLedger(home);
});
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
  await ledger.close();
  rmSync(home, { recursive: true });
});

const spool = (...lines: string[]): Promise<void> => ledger.intake.batch((tx) => tx.spool(lines));
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `n${from + i}`);
const rows = async (): Promise<number> => (await ledger.spool.size()).rows;

describe('the drain', () => {
  /** A store that says what a test tells it to; the real ones have a contract suite of their own. */
  function begin(write: (lines: readonly string[]) => Promise<WriteOutcome>, log = silentLog): Drain {
    const drain = new Drain({
      spool: ledger.spool,
      store: { name: 'test', write },
      clock: systemClock,
      metrics: new Metrics(),
      log,
      batch: 10,
      retry: { first: 5, most: 20 },
      gatherMs: 0,
    });
    running.push(drain);
    return drain;
  }

  test('moves the lines in their order, in batches, and leaves nothing behind', async () => {
    await spool(...numbers(0, 35));
    const written: string[][] = [];
    const drain = begin(async (lines) => {
      if (lines.length > 0) written.push([...lines]);
      return { rejected: [] };
    });
    await drain.start();
    await eventually('35 lines', () => written.flat().length === 35);
    expect(written.flat()).toEqual(numbers(0, 35));
    expect(Math.max(...written.map((batch) => batch.length))).toBe(10);
    await drain.stop();
    expect(await rows()).toBe(0);
  });

  test('offers the same lines for as long as the store is away, one write at a time, says so once, then goes on', async () => {
    await spool(...numbers(0, 15));
    const offered: string[] = [];
    const said: string[] = [];
    let away = true;
    let underWay = 0;
    const drain = begin(
      async (lines) => {
        expect(++underWay).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        underWay--;
        offered.push(lines.join());
        if (away) throw new RetryLater('InfluxDB does not answer');
        return { rejected: [] };
      },
      { ...silentLog, warn: (line: unknown) => void said.push(String(line)) } as typeof silentLog,
    );
    await drain.start();
    await eventually('five attempts', () => offered.length >= 5);
    expect(new Set(offered)).toEqual(new Set([numbers(0, 10).join()]));
    expect(drain.health()).toEqual({ ready: false, reason: 'time-series store (test): InfluxDB does not answer' });
    expect(await rows()).toBe(15);
    away = false;
    await eventually('the rest', () => offered.at(-1) === numbers(10, 15).join());
    await eventually('health', () => drain.health().ready);
    expect(said).toHaveLength(1);
  });

  test('with nothing to write it asks whether the store would take something, and says so until it would', async () => {
    let away = true;
    const asked: number[] = [];
    const drain = begin(async (lines) => {
      asked.push(lines.length);
      if (away) throw new RetryLater('wrong password');
      return { rejected: [] };
    });
    await drain.start();
    await eventually('a reason', () => drain.health().reason.includes('wrong password'));
    away = false;
    await eventually('health', () => drain.health().ready);
    const times = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toEqual(Array.from({ length: times }, () => 0));
  });

  test('a defect of the store loses nothing either', async () => {
    await spool('a', 'b');
    let calls = 0;
    const drain = begin(async () => {
      if (++calls < 3) throw new TypeError('undefined is not a function');
      return { rejected: [] };
    });
    await drain.start();
    await eventually('a third write', () => calls === 3);
    await drain.stop();
    expect(await rows()).toBe(0);
  });

  test('what is rejected goes to the dead letters with its reason, what is not is gone', async () => {
    await spool(...numbers(0, 12));
    const drain = begin(async (lines) => ({
      rejected: lines.flatMap((line, index) => (line.endsWith('3') ? [{ index, reason: `no ${line}` }] : [])),
    }));
    await drain.start();
    await spool('n13');
    drain.nudge();
    await eventually('an empty spool', () => drain.health().ready);
    for (let i = 0; i < 200 && (await rows()) > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    const dead = await ledger.spool.deadLetters(10);
    expect(dead.map(({ line, reason }) => [line, reason]).toSorted(([a], [b]) => (a! < b! ? -1 : 1))).toEqual([
      ['n13', 'no n13'],
      ['n3', 'no n3'],
    ]);
    expect(await rows()).toBe(0);
  });

  test('stops at once while it waits for the store, and goes on when it is started again', async () => {
    await spool('a');
    let away = true;
    const drain = new Drain({
      spool: ledger.spool,
      store: {
        name: 'test',
        write: async () => {
          if (away) throw new RetryLater('away');
          return { rejected: [] };
        },
      },
      clock: systemClock,
      metrics: new Metrics(),
      log: silentLog,
      retry: { first: 3_600_000, most: 3_600_000 },
    });
    running.push(drain);
    await drain.start();
    await eventually('a failure', () => !drain.health().ready);
    await drain.stop();
    away = false;
    await drain.start();
    await eventually('a success', () => drain.health().ready);
    expect(await rows()).toBe(0);
  });
});

describe('the bounds of the spool', () => {
  function guardOf(bounds: { rows?: number; bytes?: number; freeBytes?: number }, disk: { free: number | null }): SpoolGuard {
    const guard = new SpoolGuard({
      ledger: { spool: ledger.spool, freeBytes: async () => disk.free },
      bounds: { rows: 1e9, bytes: 1e12, freeBytes: 0, ...bounds },
      metrics: new Metrics(),
      clock: systemClock,
      log: silentLog,
    });
    running.push(guard);
    return guard;
  }

  test('by rows: shut at the bound, open again only when it has fallen by a tenth', async () => {
    const guard = guardOf({ rows: 20 }, { free: null });
    await spool(...numbers(0, 19));
    await guard.start();
    expect(guard.health().ready).toBe(true);
    await spool('n19');
    await guard.look();
    expect(guard.health()).toEqual({ ready: false, reason: 'the spool holds 20 lines, the bound is 20' });
    const [first, second, third] = (await ledger.spool.peek(3)).map((row) => row.id) as [number, number, number];
    await ledger.spool.settle([first, second], [], 0);
    await guard.look();
    expect(guard.health().ready).toBe(false);
    await ledger.spool.settle([third], [], 0);
    await guard.look();
    expect(guard.health().ready).toBe(true);
  });

  test('by bytes and by free disk', async () => {
    const disk: { free: number | null } = { free: 10 * 2 ** 20 };
    const guard = guardOf({ bytes: 3 * 2 ** 20, freeBytes: 9 * 2 ** 20 }, disk);
    await guard.look();
    expect(guard.health().ready).toBe(true);
    disk.free = 8 * 2 ** 20;
    await guard.look();
    expect(guard.health().reason).toBe('the disk of the ledger has 8 MiB left, 9 MiB must stay free');
    disk.free = null;
    await guard.look();
    expect(guard.health().ready).toBe(true);
    await spool('x'.repeat(3 * 2 ** 20));
    await guard.look();
    expect(guard.health().reason).toBe('the spool holds 3 MiB, the bound is 3 MiB');
  });
});
