import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutesOf, plantDevices, plantUnits, streamId } from '../contract/fixtures.ts';
import { openLedger, type Id, type Ledger } from '../index.ts';

const WRITER = fileURLToPath(new URL('crash-writer.ts', import.meta.url));
const DEVICES = 20;
/** Twenty starts of a process on a machine that may be busy with anything else. */
const PATIENCE = 600_000;

/** A real process with the same file open. */
class Writer {
  readonly child: ChildProcess;
  /** Highest number whose batch was reported as committed; 0 before the first. */
  committed = 0;
  errors = '';
  #waiting: (() => void)[] = [];

  constructor(home: string, who: number, ids: readonly Id[]) {
    this.child = spawn(process.execPath, [WRITER, home, String(who), ...ids], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    let rest = '';
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line !== 'ready') this.committed = Number(line);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.child.on('exit', () => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  async until(more: number): Promise<void> {
    const wanted = this.committed + more;
    while (this.committed < wanted) {
      if (this.child.exitCode !== null) throw new Error(`the writer ended: ${this.errors}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** No chance to tidy up; whatever it still printed is read first. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }
}

describe('a ledger whose programs are killed', () => {
  let home: string;
  let ids: Id[];
  let ledger: Ledger;
  const writers: Writer[] = [];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'labwatch-crash-'));
    ledger = await openLedger(home);
    ids = (await plantDevices(ledger, (await plantUnits(ledger)).R1, DEVICES)).map(({ device }) => device);
  });
  afterEach(async () => {
    for (const writer of writers.splice(0)) await writer.kill();
    await ledger.close();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (who: number): Writer => {
    const writer = new Writer(home, who, ids);
    writers.push(writer);
    return writer;
  };

  /** How far the file says each device is; all of them must say the same in every table. */
  async function stored(who: number): Promise<number> {
    const streams = await ledger.intake.batch((tx) => tx.streams(ids.map((device) => ({ device, stream: streamId(who) }))));
    const [first] = streams;
    for (const stream of streams) expect(stream.contiguous).toBe(first!.contiguous);
    const day = `2026-${String(who).padStart(2, '0')}-01`;
    const expected = Array.from({ length: Math.min(first!.contiguous, 1440) }, (_, i) => (i + 1) % 1440).toSorted((a, b) => a - b);
    for (const device of ids) {
      const [held] = await ledger.usage.days(device, day, day);
      expect(held === undefined ? [] : minutesOf(held.on)).toEqual(expected);
    }
    return first!.contiguous;
  }

  it(
    'holds every batch that was reported and no half of another, twenty times',
    async () => {
      let before = 0;
      for (let round = 0; round < 20; round++) {
        const writer = start(1);
        await writer.until(1 + Math.floor(Math.random() * 12));
        // Somewhere in the middle of the next batch.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 6));
        await writer.kill();
        const now = await stored(1);
        expect(writer.committed).toBeGreaterThan(before);
        // A batch may have been committed without its line having got out; never the other way round.
        expect(now).toBeGreaterThanOrEqual(writer.committed);
        expect(now).toBeLessThanOrEqual(writer.committed + 1);
        const states = await ledger.devices.states(ids);
        for (const state of states.values()) expect(state.lastSeen).toBe(now);
        expect((await ledger.spool.size()).rows).toBe(now * DEVICES);
        expect(await ledger.spool.peek(now * DEVICES + 1)).toHaveLength(now * DEVICES);
        before = now;
      }
    },
    PATIENCE,
  );

  it(
    'serves several programs that write at the same time',
    async () => {
      const [one, two] = [start(1), start(2)];
      const busy = (async () => {
        for (let n = 0; n < 25; n++) await ledger.audit.write({ at: n, who: 'a', what: 'b', subject: 'c' });
      })();
      await Promise.all([one.until(60), two.until(60), busy]);
      await Promise.all([one.kill(), two.kill()]);
      const [first, second] = [await stored(1), await stored(2)];
      expect(first).toBeGreaterThanOrEqual(one.committed);
      expect(second).toBeGreaterThanOrEqual(two.committed);
      expect((await ledger.spool.size()).rows).toBe((first + second) * DEVICES);
      // Both wrote the same rows: no step of either is missing.
      for (const state of (await ledger.devices.states(ids)).values()) expect(state.lastSeen).toBe(first + second);
      expect(await ledger.audit.list(100)).toHaveLength(25);
      expect(one.errors + two.errors).toBe('');
    },
    PATIENCE,
  );
});
