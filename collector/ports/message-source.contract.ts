import { afterEach, describe, expect, test } from 'vitest';
import { topicOf, type UpKind } from '../../protocol/topics.ts';
import type { GatherOptions, IncomingMessage, MessageSource } from './message-source.ts';

/** A running broker and a device on it, made by the adapter's own test. */
export interface SourceHarness {
  /** A new source on that broker, not started; closed by the suite. */
  source(gather: GatherOptions): MessageSource;
  /** As a device, QoS 1. Resolves when the broker answered. */
  publish(topic: string, payload: string): Promise<void>;
  /** Subscribes as a device; what comes is pushed. */
  listen(topic: string): Promise<string[]>;
  /** Broker and device are gone. */
  close(): Promise<void>;
}

const DEVICE = 'd0123456789abcdefghijklmno';
const report = (device = DEVICE, kind: UpKind = 'report'): string => topicOf(device, kind);
const textOf = (message: IncomingMessage): string => Buffer.from(message.payload).toString();

export async function eventually(what: string, probe: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (probe()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`gave up waiting for ${what}`);
}

/** A door that can be shut: a handler waits at it. */
export function gate(): { wait: () => Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => opened, open: () => open() };
}

const OPTIONS: GatherOptions = { maxBatch: 50, bound: 100, retry: { first: 5, most: 20 } };

/** What every message source must do; run on each adapter against a real broker. */
export function messageSourceContract(name: string, open: () => Promise<SourceHarness>): void {
  describe(`message source: ${name}`, () => {
    let close: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of close.toReversed()) await end();
      close = [];
    });

    async function begin(): Promise<SourceHarness> {
      const harness = await open();
      close.push(() => harness.close());
      return harness;
    }

    async function run(
      harness: SourceHarness,
      handler: (batch: readonly IncomingMessage[]) => Promise<void>,
      options = OPTIONS,
    ): Promise<MessageSource> {
      const source = harness.source(options);
      source.onBatch(handler);
      close.push(() => source.stop());
      expect(source.health().ready).toBe(false);
      await source.start();
      await eventually('a source that is ready', () => source.health().ready);
      return source;
    }

    test('hands over topic and payload in the order of the device, and stamps the receipt', async () => {
      const harness = await begin();
      const got: IncomingMessage[] = [];
      const before = Date.now();
      await run(harness, async (batch) => void got.push(...batch));
      for (let i = 0; i < 200; i++) await harness.publish(report(), `n${i}`);
      await eventually('200 messages', () => got.length === 200);
      expect(got.map(textOf)).toEqual(Array.from({ length: 200 }, (_, i) => `n${i}`));
      expect(new Set(got.map((message) => message.topic))).toEqual(new Set([report()]));
      expect(got.every((message) => !message.retained && message.receivedAt >= before && message.receivedAt <= Date.now())).toBe(true);
    });

    test('bytes come as they were sent, whatever they are', async () => {
      const harness = await begin();
      const got: IncomingMessage[] = [];
      await run(harness, async (batch) => void got.push(...batch));
      await harness.publish(report(), '');
      await harness.publish(report(), '\u0000ữ\n');
      await eventually('two messages', () => got.length === 2);
      expect(got.map(textOf)).toEqual(['', '\u0000ữ\n']);
    });

    test('one batch at a time; what comes meanwhile gathers into the next', async () => {
      const harness = await begin();
      const door = gate();
      const batches: string[][] = [];
      let underWay = 0;
      let most = 0;
      await run(harness, async (batch) => {
        most = Math.max(most, ++underWay);
        batches.push(batch.map(textOf));
        if (batches.length === 1) await door.wait();
        underWay--;
      });
      const sent = Array.from({ length: 15 }, (_, i) => harness.publish(report(`d${String(i).padStart(25, '0')}`), `n${i}`));
      await eventually('a first batch', () => batches.length === 1);
      // The others are on their way; nothing of them may be offered while the first is not durable.
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(batches.length).toBe(1);
      door.open();
      await Promise.all(sent);
      await eventually('all of them', () => batches.flat().length === 15);
      expect(most).toBe(1);
      expect(new Set(batches.flat()).size).toBe(15);
      expect(batches.length).toBeLessThan(10);
    });

    test('a batch that is refused is offered again as it was, until it is taken; nothing overtakes it', async () => {
      const harness = await begin();
      const offered: string[][] = [];
      let refusals = 0;
      await run(harness, async (batch) => {
        offered.push(batch.map(textOf));
        if (refusals < 4) {
          refusals++;
          throw new Error('the disk is full');
        }
      });
      const sent = ['a', 'b', 'c'].map((text) => harness.publish(report(), text));
      await Promise.all(sent);
      await eventually('all three', () => offered.slice(4).flat().length === 3);
      expect(new Set(offered.slice(0, 5).map((batch) => batch.join())).size).toBe(1);
      expect(offered.slice(4).flat()).toEqual(['a', 'b', 'c']);
    });

    test('no batch is larger than its bound, and a flood behind a slow handler loses nothing', async () => {
      const harness = await begin();
      const sizes: number[] = [];
      const got = new Set<string>();
      const options = { maxBatch: 7, bound: 10, retry: OPTIONS.retry };
      await run(
        harness,
        async (batch) => {
          sizes.push(batch.length);
          await new Promise((resolve) => setTimeout(resolve, 2));
          for (const message of batch) got.add(textOf(message));
        },
        options,
      );
      await Promise.all(Array.from({ length: 300 }, (_, i) => harness.publish(report(`d${String(i % 30).padStart(25, '0')}`), `n${i}`)));
      await eventually('300 messages', () => got.size === 300);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
    });

    test('publishes to a device', async () => {
      const harness = await begin();
      const source = await run(harness, async () => undefined);
      const heard = await harness.listen(topicOf(DEVICE, 'ack'));
      await source.publish(topicOf(DEVICE, 'ack'), Buffer.from('stored'), { retain: false });
      await eventually('the acknowledgement', () => heard.length === 1);
      expect(heard).toEqual(['stored']);
    });

    test('stops while a batch is refused for ever, more than once, and starts again', async () => {
      const harness = await begin();
      let refuse = true;
      let offers = 0;
      const got: string[] = [];
      const source = await run(harness, async (batch) => {
        offers++;
        if (refuse) throw new Error('no');
        got.push(...batch.map(textOf));
      });
      const lost = harness.publish(report(), 'first');
      lost.catch(() => undefined);
      await eventually('an offer', () => offers > 0);
      await source.stop();
      await source.stop();
      expect(source.health().ready).toBe(false);
      refuse = false;
      await source.start();
      await eventually('a source that is ready', () => source.health().ready);
      await harness.publish(report('dzzzzzzzzzzzzzzzzzzzzzzzzz'), 'second');
      await eventually('the second message', () => got.includes('second'));
    });
  });
}
