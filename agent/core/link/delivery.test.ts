import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../runtime/log.ts';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { Outbox } from '../outbox/outbox.ts';
import { Backoff, LASTED_MS, LONGEST_WAIT_MS } from './backoff.ts';
import { Delivery, WINDOW } from './delivery.ts';

let folder: string;
let outbox: Outbox;
let clock: ManualClock;
/** Sequence numbers as they went out; `p` is a presence. */
let sent: (number | 'p')[];
let times: number[];
let bytes: Map<number, Set<string>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-delivery-'));
  outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 10_000, maxBytes: 1e8 }, log: silentLog });
  await outbox.start();
  clock = new ManualClock();
  sent = [];
  times = [];
  bytes = new Map();
});
afterEach(async () => {
  await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

function fill(count: number): void {
  for (let i = 0; i < count; i++)
    outbox.append('event', { code: 'clock_changed' }, { at: clock.now(), mono: clock.mono(), boot: '0'.repeat(16) });
}

function deliver(rate = 20): Delivery {
  return new Delivery({
    outbox,
    clock,
    rate,
    random: () => 0.5,
    ackTimeoutMs: 30_000,
    publish: (_, payload) => {
      const text = Buffer.from(payload).toString();
      const { seq } = JSON.parse(text) as { seq: number };
      sent.push(seq);
      times.push(clock.mono());
      bytes.set(seq, (bytes.get(seq) ?? new Set()).add(text));
    },
    presence: () => void sent.push('p'),
    silent: () => undefined,
  });
}

const upTo = (n: number, from = 1): number[] => Array.from({ length: n - from + 1 }, (_, i) => from + i);

/** What the collector's acknowledgement does in link.ts. */
function acknowledge(delivery: Delivery, seq: number): void {
  expect(outbox.acknowledge(outbox.stream, seq)).toMatchObject({ outcome: 'done' });
  delivery.acknowledged(seq);
}

describe('delivery', () => {
  test('goes in order, at the rate that was set, at most a window ahead of the acknowledgements', async () => {
    fill(100);
    const delivery = deliver(20);
    delivery.pump();
    await clock.pass(10_000);
    expect(sent).toEqual(upTo(WINDOW));
    expect(times.at(-1)! - times[0]!).toBe((WINDOW - 1) * 50);
    acknowledge(delivery, 10);
    await clock.pass(10_000);
    expect(sent).toEqual(upTo(26));
    delivery.stop();
    expect(clock.timers).toBe(0);
  });

  test('a live message leaves at once', async () => {
    const delivery = deliver();
    fill(1);
    delivery.pump();
    expect(sent).toEqual([1]);
    delivery.stop();
  });

  test('what is not acknowledged goes out again after a presence, with the same bytes, ever more rarely', async () => {
    fill(2);
    const delivery = deliver();
    delivery.pump();
    await clock.pass(29_000);
    expect(sent).toEqual([1, 2]);
    await clock.pass(2_000);
    expect(sent).toEqual([1, 2, 'p', 1, 2]);
    await clock.pass(30_000);
    expect(sent).toHaveLength(5);
    await clock.pass(31_000);
    expect(sent).toEqual([1, 2, 'p', 1, 2, 'p', 1, 2]);
    expect(Array.from(bytes.values(), (texts) => texts.size)).toEqual([1, 1]);
    acknowledge(delivery, 2);
    await clock.pass(4_000_000);
    expect(sent).toHaveLength(8);
    delivery.stop();
  });

  test('while the collector says nothing for a day, no more than the window is repeated and the pauses reach ten minutes', async () => {
    fill(500);
    const delivery = deliver();
    delivery.pump();
    await clock.pass(86_400_000);
    expect(new Set(sent)).toEqual(new Set(['p', ...upTo(WINDOW)]));
    expect(sent.filter((each) => each === 'p').length).toBeLessThan(160);
    delivery.stop();
  });

  test('acknowledgements out of order, late and repeated do no harm', async () => {
    fill(6);
    const delivery = deliver();
    delivery.pump();
    await clock.pass(5_000);
    acknowledge(delivery, 5);
    acknowledge(delivery, 3);
    acknowledge(delivery, 5);
    await clock.pass(31_000);
    expect(sent).toEqual([...upTo(6), 'p', 6]);
    acknowledge(delivery, 6);
    expect(outbox.size).toBe(0);
    await clock.pass(100_000);
    expect(sent).toHaveLength(8);
    delivery.stop();
  });

  test('a birth goes first and is not sent twice', async () => {
    fill(3);
    const delivery = deliver();
    delivery.ahead(3);
    delivery.pump();
    await clock.pass(1_000);
    expect(sent).toEqual([3, 1, 2]);
    delivery.stop();
  });

  test('a message that was dropped for want of room while it waited is forgotten', async () => {
    await outbox.stop();
    outbox = new Outbox({ path: join(folder, 'small.db'), bounds: { maxMessages: 3, maxBytes: 1e6 }, log: silentLog });
    await outbox.start();
    fill(3);
    const delivery = deliver();
    delivery.pump();
    await clock.pass(1_000);
    fill(2);
    delivery.pump();
    await clock.pass(31_000);
    expect(sent).toEqual([1, 2, 3, 4, 5, 'p', 3, 4, 5]);
    delivery.stop();
  });
});

describe('back-off', () => {
  const always = (random: number): Backoff => new Backoff(() => random);

  test('its ceiling doubles from 2 s to 5 min, and it is spread over the whole of it', () => {
    const [most, least] = [always(1), always(0)];
    const waits = Array.from({ length: 12 }, () => most.next());
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300].map((seconds) => seconds * 1000));
    expect(Array.from({ length: 12 }, () => least.next()).every((wait) => wait === 500)).toBe(true);
  });

  test('only a connection that lasted starts it over', () => {
    const backoff = always(1);
    for (let i = 0; i < 6; i++) {
      backoff.next();
      backoff.ended(LASTED_MS - 1);
    }
    expect(backoff.next()).toBe(128_000);
    backoff.ended(LASTED_MS);
    expect(backoff.next()).toBe(2_000);
  });

  test('a refusal waits minutes', () => {
    expect(always(0).slow()).toBe(LONGEST_WAIT_MS / 2);
    expect(always(1).slow()).toBe(LONGEST_WAIT_MS);
  });
});
