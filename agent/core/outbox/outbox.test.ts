import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decode } from '../../../protocol/decode.ts';
import type { Event } from '../../../protocol/payloads/index.ts';
import { silentLog } from '../../../runtime/log.ts';
import { type Bounds, Outbox, type OutboxMessage, type Stamp } from './outbox.ts';
import { OutboxFile } from './outbox-file.ts';

const BIRTH = {
  agent: '1',
  os: { family: 'linux', name: 'Debian', arch: 'x64' },
  bootAt: 0,
  end: 'clean',
  zone: 'UTC',
  config: 0,
} as const;

let folder: string;
let path: string;
let file: OutboxFile | undefined;
const running: Outbox[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-outbox-'));
  path = join(folder, 'outbox.db');
});
afterEach(async () => {
  for (const outbox of running.splice(0)) await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

const stamp = (at: number): Stamp => ({ at, mono: at, boot: '0123456789abcdef' });

async function open(bounds: Partial<Bounds> = {}): Promise<Outbox> {
  const openFile = (at: string): OutboxFile => (file = new OutboxFile(at));
  const outbox = new Outbox({ path, bounds: { maxMessages: 1000, maxBytes: 1e7, ...bounds }, log: silentLog, openFile });
  await outbox.start();
  running.push(outbox);
  return outbox;
}

const add = (outbox: Outbox, since: number): number | undefined => outbox.append('event', { code: 'clock_changed', since }, stamp(since));

function eventOf(message: OutboxMessage): Event {
  const decoded = decode('event', message.bytes);
  if (!decoded.ok) throw new Error(`${decoded.code} ${decoded.detail}`);
  return decoded.message;
}

const sinceOf = (outbox: Outbox): number[] => outbox.after(0, 10_000).map((message) => eventOf(message).since!);

describe('order and acknowledgement', () => {
  test('numbers are 1, 2, 3 … and the bytes carry them', async () => {
    const outbox = await open();
    expect([add(outbox, 10), add(outbox, 11), add(outbox, 12)]).toEqual([1, 2, 3]);
    expect(outbox.after(0, 10).map((message) => [message.seq, eventOf(message).seq, eventOf(message).stream])).toEqual(
      [1, 2, 3].map((seq) => [seq, seq, outbox.stream]),
    );
  });

  test('what is acknowledged is forgotten; an older acknowledgement changes nothing', async () => {
    const outbox = await open();
    for (let i = 1; i <= 5; i++) add(outbox, i);
    outbox.markPublished([1, 2, 3, 4, 5]);
    expect(outbox.acknowledge(outbox.stream, 3)).toEqual({ outcome: 'done', removed: 3 });
    expect(outbox.acknowledge(outbox.stream, 1)).toEqual({ outcome: 'done', removed: 0 });
    expect(sinceOf(outbox)).toEqual([4, 5]);
    expect([outbox.size, outbox.oldest]).toEqual([2, 4]);
  });

  test('an acknowledgement of another stream is none', async () => {
    const outbox = await open();
    add(outbox, 1);
    expect(outbox.acknowledge('b'.repeat(26), 1)).toEqual({ outcome: 'foreign' });
    expect(outbox.size).toBe(1);
  });

  test('numbers go on after everything was acknowledged and the file was opened again', async () => {
    const first = await open();
    add(first, 1);
    first.markPublished([1]);
    first.acknowledge(first.stream, 1);
    const { stream } = first;
    await first.stop();
    const second = await open();
    expect(second.stream).toBe(stream);
    expect([second.oldest, add(second, 2)]).toEqual([2, 2]);
  });

  test('a message that breaks the contract is refused and takes no number', async () => {
    const outbox = await open();
    expect(() => outbox.append('event', { code: 'clock_changed', count: -1 }, stamp(1))).toThrow(/SCHEMA/);
    expect(add(outbox, 1)).toBe(1);
  });

  test('the minutes of a window are forgotten with its report, in one transaction', async () => {
    const outbox = await open();
    const boot = stamp(0).boot;
    outbox.keepMinutes(
      boot,
      [5, 6, 7].map((minute) => ({ minute, active: minute === 6, blind: false, at: 1, mono: 1 })),
    );
    expect(outbox.keptMinutes().map(({ minute, active }) => [minute, active])).toEqual([
      [5, false],
      [6, true],
      [7, false],
    ]);
    const window = { minute: 5, span: 2, on: '11', active: '01', blind: '00' };
    outbox.append('report', { ...window, session: 'none', metrics: {} }, stamp(1), { ...window, at: 1, mono: 1 });
    expect(outbox.keptMinutes().map(({ minute }) => minute)).toEqual([7]);
  });
});

describe('bounds', () => {
  test('past the count the oldest are dropped and counted; a birth says so', async () => {
    const outbox = await open({ maxMessages: 3 });
    for (let i = 1; i <= 5; i++) add(outbox, i);
    expect([sinceOf(outbox), outbox.dropped, outbox.oldest]).toEqual([[3, 4, 5], 2, 3]);
    let told: unknown;
    outbox.append(
      'birth',
      (facts) => {
        told = facts;
        return { ...BIRTH, ...facts };
      },
      stamp(6),
    );
    expect(told).toEqual({ oldest: 4, dropped: 3 });
  });

  test('past the size too, and the counts survive', async () => {
    const outbox = await open({ maxBytes: 1000 });
    for (let i = 1; i <= 50; i++) add(outbox, i);
    const { dropped, size } = outbox;
    expect(dropped + size).toBe(50);
    expect(size).toBeLessThan(10);
    await outbox.stop();
    expect((await open({ maxBytes: 1000 })).dropped).toBe(dropped);
  });
});

describe('damage', () => {
  async function filled(): Promise<string> {
    const outbox = await open();
    for (let i = 1; i <= 300; i++) add(outbox, i);
    const { stream } = outbox;
    await outbox.stop();
    return stream;
  }

  test.each([
    ['a file that is no database', () => writeFileSync(path, 'x'.repeat(5000))],
    ['a file cut in the middle', () => truncateSync(path, 8192 + 100)],
    [
      'pages overwritten with noise',
      () => {
        const bytes = readFileSync(path);
        for (let i = 4096; i < bytes.length - 100; i += 97) bytes[i] = (bytes[i]! + 131) % 256;
        writeFileSync(path, bytes);
      },
    ],
    [
      'tables of another shape',
      () => {
        rmSync(path);
        new OutboxFile(path).close();
        const bytes = readFileSync(path);
        writeFileSync(path, Buffer.from(bytes.toString('latin1').replaceAll('published', 'pullished'), 'latin1'));
      },
    ],
  ])('%s is set aside, and a new stream begins', async (_, damage) => {
    const stream = await filled();
    damage();
    const outbox = await open();
    expect(outbox.setAside).toBe(1);
    expect(outbox.stream).not.toBe(stream);
    expect(add(outbox, 1)).toBe(1);
    expect(outbox.note('replaced')).toBe('1');
    expect(readdirSync(folder).some((name) => name.startsWith('outbox.db.corrupt-'))).toBe(true);
  });

  test('two agents cannot share it', async () => {
    const outbox = await open();
    add(outbox, 1);
    const child = spawn(process.execPath, [fileURLToPath(new URL('outbox-crash-child.ts', import.meta.url)), path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).not.toBe(0);
    expect(said).toContain('AGENT_ALREADY_RUNNING');
    expect(add(outbox, 2)).toBe(2);
  });
});

describe('a full disk (SQLITE_FULL from SQLite itself, by its page limit)', () => {
  test('messages wait in memory without a number and are stored in order when there is room again', async () => {
    const outbox = await open();
    add(outbox, 1);
    file!.limitPages(1);
    const stored: (number | undefined)[] = [];
    for (let i = 2; i <= 200; i++) stored.push(add(outbox, i));
    expect(stored.at(-1)).toBeUndefined();
    expect([outbox.full, outbox.size]).toEqual([true, 200]);
    file!.limitPages(100_000);
    expect(outbox.retry()).toBe(true);
    expect(outbox.full).toBe(false);
    expect(sinceOf(outbox)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(outbox.dropped).toBe(0);
  });

  test('what waits is bounded; the oldest are dropped and counted', async () => {
    const outbox = await open();
    file!.limitPages(1);
    let before = 0;
    while (add(outbox, before) !== undefined) before += 1;
    for (let i = 1; i <= 600; i++) add(outbox, before + i);
    expect(outbox.dropped).toBe(101);
    file!.limitPages(100_000);
    outbox.retry();
    expect(outbox.size).toBe(before + 500);
  });
});

describe('a file that was set back to an older copy of itself (Deep Freeze)', () => {
  test('an acknowledgement of what was never sent is noticed, and the messages get a new stream', async () => {
    const outbox = await open();
    for (let i = 1; i <= 3; i++) add(outbox, i);
    outbox.append('birth', (facts) => ({ ...BIRTH, ...facts }), stamp(4));
    outbox.markPublished([4]);
    const { stream } = outbox;
    expect(outbox.acknowledge(stream, 3)).toEqual({ outcome: 'ahead' });
    expect(outbox.acknowledge(stream, 5000)).toEqual({ outcome: 'ahead' });
    expect(outbox.size).toBe(4);
    outbox.renew();
    expect(outbox.stream).not.toBe(stream);
    const messages = outbox.after(0, 10);
    expect(messages.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'event'],
      [2, 'event'],
      [3, 'event'],
      [4, 'birth'],
    ]);
    expect(eventOf(messages[0]!)).toMatchObject({ stream: outbox.stream, seq: 1, since: 1, at: 1 });
    expect(JSON.parse(Buffer.from(messages[3]!.bytes).toString())).toMatchObject({ oldest: 1, seq: 4 });
    expect(add(outbox, 5)).toBe(5);
  });
});

test('kill -9, twenty times: everything append() returned is there, once', async () => {
  const script = fileURLToPath(new URL('outbox-crash-child.ts', import.meta.url));
  const returned = new Map<number, string>();
  let from = 0;
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, [script, path, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      // Somewhere in the middle of its work, at another point each time.
      if (said.length > 500 + round * 331) child.kill('SIGKILL');
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string];
    expect(signal).toBe('SIGKILL');
    const lines = said.split('\n').slice(0, -1);
    for (const line of lines) {
      const [stream, seq, since] = line.split(' ');
      expect(returned.has(Number(seq))).toBe(false);
      returned.set(Number(seq), `${stream} ${since}`);
    }
    from += 1_000_000;
  }
  const outbox = await open({ maxMessages: 1e6 });
  const there = outbox.after(0, 1e6);
  expect(new Set(there.map(({ seq }) => seq)).size).toBe(there.length);
  const bySeq = new Map(there.map((message) => [message.seq, eventOf(message)]));
  for (const [seq, text] of returned) expect(`${bySeq.get(seq)?.stream} ${bySeq.get(seq)?.since}`).toBe(text);
  // At most the one under way at each kill is there beside them.
  expect(there.length - returned.size).toBeLessThanOrEqual(20);
  expect(there.map(({ seq }) => seq)).toEqual(Array.from(there, (_, i) => i + 1));
});
