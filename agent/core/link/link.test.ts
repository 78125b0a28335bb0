import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../../../protocol/decode.ts';
import type { Command, Config, Payloads } from '../../../protocol/payloads/index.ts';
import { downTopicsOf } from '../../../protocol/topics.ts';
import type { Log } from '../../../runtime/log.ts';
import type { Credentials } from '../../identity/credentials.ts';
import { systemClock } from '../../platform/clock.ts';
import { Counts } from '../counts.ts';
import { Outbox } from '../outbox/outbox.ts';
import { type Received, TestingCollector, until } from '../../test-kit/collector.ts';
import { Backoff } from './backoff.ts';
import { Link, type LinkOptions } from './link.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 'a-secret-of-some-length';
const BOOT = '0123456789abcdef';

let folder: string;
let outbox: Outbox;
let collector: TestingCollector;
let link: Link | undefined;
let counts: Counts;
let births: number;
let warnings: string[];
/** Waits the back-off asked for, ms; they are cut to a few milliseconds. */
let waits: number[];

const log = (): Log => {
  const none = (): undefined => undefined;
  const fake = {
    info: none,
    debug: none,
    error: none,
    warn: (_: unknown, text?: string) => void warnings.push(text ?? ''),
    child: () => fake,
  };
  return fake as unknown as Log;
};

/** The real back-off, written down, and hurried. */
class Hasty extends Backoff {
  override next(): number {
    waits.push(super.next());
    return 20;
  }
  override slow(): number {
    waits.push(super.slow());
    return 20;
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-link-'));
  outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 100_000, maxBytes: 1e8 }, log: log() });
  await outbox.start();
  collector = new TestingCollector();
  collector.secret = SECRET;
  await collector.start();
  counts = new Counts();
  births = 0;
  warnings = [];
  waits = [];
});
afterEach(async () => {
  await link?.stop();
  link = undefined;
  await collector.kill();
  await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

const stamp = () => ({ at: Date.now(), mono: systemClock.mono(), boot: BOOT });
const add = (since: number): number | undefined => outbox.append('event', { code: 'clock_changed', since }, stamp());

function make(over: Partial<LinkOptions> = {}): Link {
  const credentials: Credentials = { device: DEVICE, secret: SECRET, broker: { url: collector.url } };
  link = new Link({
    credentials,
    outbox,
    clock: systemClock,
    random: Math.random,
    backoff: new Hasty(over.random ?? Math.random),
    log: log(),
    counts,
    boot: BOOT,
    replayRate: 500,
    ackTimeoutMs: 30_000,
    birth: () => {
      births += 1;
      const os = { family: 'linux', name: 'Debian GNU Linux', arch: 'x64' } as const;
      return outbox.append(
        'birth',
        (facts) => ({ agent: '1', os, bootAt: 0, end: 'first' as const, zone: 'UTC', config: 0, ...facts }),
        stamp(),
      );
    },
    onConfig: () => undefined,
    onCommand: () => undefined,
    onRefused: async () => undefined,
    ...over,
  });
  return link;
}

const events = (): number[] => collector.of('event').map((event) => event.since!);

describe('a connection', () => {
  test('says it is there first, listens to its own three topics, is born, then tells what waits, in order', async () => {
    for (let i = 1; i <= 40; i++) add(i);
    await make().start();
    await until('everything was acknowledged', () => outbox.size === 0);
    expect(collector.received[0]).toMatchObject({ kind: 'presence', retain: true, message: { online: true, reason: 'connected', seq: 0 } });
    expect(collector.received[1]).toMatchObject({ kind: 'birth', retain: false, message: { oldest: 1, dropped: 0, seq: 41 } });
    expect(events()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(collector.subscriptions.toSorted()).toEqual(downTopicsOf(DEVICE).toSorted());
    expect(births).toBe(1);
  });

  test('its Will says it was lost', async () => {
    await make().start();
    await until('it is there', () => collector.of('presence').length === 1);
    collector.cut();
    await until('the Will', () => collector.of('presence').some((presence) => !presence.online));
    expect(collector.of('presence').find((presence) => !presence.online)).toMatchObject({ reason: 'lost', boot: BOOT });
  });

  test.each(['stopped', 'shutdown'] as const)('a clean stop (%s) says so, and no Will follows', async (reason) => {
    collector.acknowledges = false;
    add(1);
    await make().start();
    await until('the event', () => events().length === 1);
    await link!.stop(reason);
    const said = collector.of('presence').filter((presence) => !presence.online);
    expect(said).toMatchObject([{ online: false, reason }]);
    expect(outbox.size).toBe(2);
  });

  test('a line that is cut for a moment is no new birth; what was on its way comes again with the same bytes', async () => {
    await make().start();
    for (let i = 1; i <= 300; i++) {
      add(i);
      link!.pump();
      if (i % 60 === 0) {
        await until('some were told', () => events().length > i / 3);
        collector.cut();
      }
    }
    await until('everything was acknowledged', () => outbox.size === 0);
    expect(new Set(events())).toEqual(new Set(Array.from({ length: 300 }, (_, i) => i + 1)));
    expect(births).toBe(1);
    const texts = new Map<string, Set<string>>();
    for (const { kind, text, message } of collector.received)
      if (kind === 'event') texts.set(String(message.seq), (texts.get(String(message.seq)) ?? new Set()).add(text));
    expect(Array.from(texts.values()).every((each) => each.size === 1)).toBe(true);
  });

  test('a broker that is killed and started again, ten times, loses nothing', async () => {
    await make().start();
    let count = 0;
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 30; i++) add(++count);
      link!.pump();
      await until('some were told', () => events().length > round * 10);
      await collector.kill();
      add(++count);
      await collector.start();
    }
    await until('everything was acknowledged', () => outbox.size === 0);
    expect(new Set(events())).toEqual(new Set(Array.from({ length: count }, (_, i) => i + 1)));
  });

  test('an acknowledgement that is lost makes it tell again, after a presence, byte for byte', async () => {
    collector.acknowledges = false;
    add(7);
    await make({ ackTimeoutMs: 200 }).start();
    await until('told twice', () => events().length >= 2);
    expect(collector.of('presence').length).toBeGreaterThanOrEqual(2);
    expect(new Set(collector.received.filter(({ kind }) => kind === 'event').map(({ text }) => text)).size).toBe(1);
    collector.acknowledges = true;
    await until('it was acknowledged', () => outbox.size === 0);
  });

  test('acknowledgements out of order, of other streams and of nonsense do no harm', async () => {
    collector.acknowledges = false;
    for (let i = 1; i <= 5; i++) add(i);
    await make().start();
    await until('all were told', () => events().length === 5);
    await collector.acknowledge(DEVICE, outbox.stream, 4);
    await collector.acknowledge(DEVICE, outbox.stream, 2);
    await collector.acknowledge(DEVICE, 'b'.repeat(26), 6);
    await collector.send(DEVICE, 'ack', Buffer.from('{"v":1'));
    await collector.send(DEVICE, 'ack', Buffer.from('{"v":2}'));
    await until(
      'the bad ones were counted',
      () => counts.get('down_not_json') + counts.get('down_wrong_version') + counts.get('ack_foreign') === 3,
    );
    expect(outbox.size).toBe(2);
    await collector.acknowledge(DEVICE, outbox.stream, 6);
    await until('the rest', () => outbox.size === 0);
  });

  test('an outbox that was set back begins a new stream, and the collector gets everything', async () => {
    // The collector has seen this stream up to 5,000 already.
    collector.contiguous.set(outbox.stream, 5000);
    const { stream } = outbox;
    for (let i = 1; i <= 30; i++) add(i);
    await make().start();
    await until('everything was acknowledged', () => outbox.size === 0);
    expect(outbox.stream).not.toBe(stream);
    const fresh = collector.of('event').filter((event) => event.stream === outbox.stream);
    expect(fresh.map((event) => event.since)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(collector.of('birth').some((birth) => birth.stream === outbox.stream && birth.oldest === 1)).toBe(true);
  });

  test.each([0, 7])(
    'a ledger set back to %i in mid-connection holds nothing up: the next birth says where the stream begins now',
    async (seq) => {
      for (let i = 1; i <= 20; i++) add(i);
      await make({ holeBirthEveryMs: 100, ackTimeoutMs: 300 }).start();
      await until('everything was acknowledged', () => outbox.size === 0);
      collector.forget(seq);
      for (let i = 21; i <= 40; i++) add(i);
      link!.pump();
      await until('everything was acknowledged again', () => outbox.size === 0);
      expect(new Set(events())).toEqual(new Set(Array.from({ length: 40 }, (_, i) => i + 1)));
      expect(collector.connections).toBe(1);
    },
  );

  test.each([1, 3, 15, 40])('an outbox set back by %i messages, with new ones in their places: each of these is told', async (back) => {
    for (let i = 1; i <= 10; i++) add(i);
    await outbox.stop();
    const path = join(folder, 'outbox.db');
    const older = readFileSync(path);
    await outbox.start();
    for (let i = 0; i < back; i++) add(1000 + i);
    await make().start();
    await until('everything was acknowledged', () => outbox.size === 0);
    await link!.stop();
    await outbox.stop();
    // Back to the older copy, in another run of the agent.
    writeFileSync(path, older);
    outbox = new Outbox({ path, bounds: { maxMessages: 100_000, maxBytes: 1e8 }, log: log() });
    await outbox.start();
    for (let i = 0; i < back + 1; i++) add(5000 + i);
    const placeOf = ({ message }: Received): string => `${message.stream} ${message.seq}`;
    const stored = new Set(collector.received.map(placeOf));
    const before = collector.received.length;
    await make().start();
    await until('everything was acknowledged', () => outbox.size === 0);
    // What stands in a place that is taken, the collector takes for a duplicate.
    const accepted = collector.received.slice(before).filter((each) => each.kind === 'event' && !stored.has(placeOf(each)));
    const told = accepted.map(({ message }) => (message as Payloads['event']).since);
    for (let i = 0; i < back + 1; i++) expect(told).toContain(5000 + i);
  });

  test('configuration and commands come through, retained or not', async () => {
    const configs: Config[] = [];
    const commands: Command[] = [];
    await collector.send(
      DEVICE,
      'config',
      encode('config', { v: 1, stream: 'c'.repeat(26), seq: 1, at: 1, version: 3, reportMinutes: 2 }),
      true,
    );
    await make({ onConfig: (config) => configs.push(config), onCommand: (command) => commands.push(command) }).start();
    await until('the configuration', () => configs.length === 1);
    const command = { v: 1, stream: 'c'.repeat(26), seq: 2, at: 1, id: 'd'.repeat(26), name: 'refresh', expires: 5 } as const;
    await collector.send(DEVICE, 'command', encode('command', command));
    await until('the command', () => commands.length === 1);
    await collector.send(DEVICE, 'command', Buffer.from(JSON.stringify({ ...command, name: 'format-disk' })));
    await until('the unknown one was counted', () => counts.get('down_schema') === 1);
    expect([configs[0]!.reportMinutes, commands.length]).toEqual([2, 1]);
  });
});

describe('what goes wrong', () => {
  test('a broker that hangs up at once is asked ever more rarely; every third time it looks like another machine under this id', async () => {
    let asked = 0;
    const onDuplicate = async (): Promise<undefined> => void (asked += 1);
    await make({ random: () => 1, onDuplicate }).start();
    await until('it is there', () => collector.connections === 1);
    for (let i = 2; i <= 8; i++) {
      collector.cut();
      await until('it is there again', () => collector.connections === i);
      await until('it was connected', () => link!.status().state === 'connected');
    }
    expect(waits).toEqual([2000, 4000, 300_000, 16_000, 32_000, 300_000, 128_000]);
    expect(asked).toBe(2);
    expect(warnings.filter((line) => line.startsWith('AGENT_DUPLICATE'))).toHaveLength(2);
  });

  test('no broker at all: one line, however many attempts', async () => {
    await collector.kill();
    await make({ random: () => 1 }).start();
    await until('some attempts', () => waits.length >= 6);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^AGENT_BROKER_UNREACHABLE: .*ECONNREFUSED/);
  });

  test('a secret that is refused: one line, minutes between attempts, and fresh credentials are used', async () => {
    let asked = 0;
    const good: Credentials = { device: DEVICE, secret: SECRET, broker: { url: collector.url } };
    add(1);
    await make({
      credentials: { ...good, secret: 'another-secret-entirely' },
      onRefused: async () => {
        asked += 1;
        return asked < 3 ? undefined : good;
      },
    }).start();
    await until('everything was acknowledged', () => outbox.size === 0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^AGENT_SECRET_REFUSED: /);
    expect(waits.slice(0, 3).every((wait) => wait >= 150_000)).toBe(true);
    expect(asked).toBe(3);
  });

  test('stop() while it waits for the next attempt leaves nothing running', async () => {
    await collector.kill();
    await make().start();
    await until('an attempt', () => waits.length >= 1);
    await link!.stop();
    expect(link!.status().state).toBe('stopped');
    const { length } = waits;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(waits.length).toBe(length);
  });

  test('after sleep it connects anew', async () => {
    await make().start();
    await until('it is there', () => link!.status().state === 'connected');
    link!.wake();
    await until('it is there again', () => link!.status().state === 'connected' && collector.connections === 2);
    expect(warnings).toEqual([]);
  });
});
