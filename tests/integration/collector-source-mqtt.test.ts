import mqtt from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { MqttSource, type MqttSourceOptions } from '../../collector/intake/sources/mqtt/mqtt-source.ts';
import { eventually, gate, messageSourceContract, type SourceHarness } from '../../collector/ports/message-source.contract.ts';
import type { IncomingMessage, MessageSource } from '../../collector/ports/message-source.ts';
import { topicOf } from '../../protocol/topics.ts';
import { silentLog } from '../../runtime/log.ts';
import { Mosquitto } from './collector-mosquitto.ts';

const REPORT = topicOf('d0123456789abcdefghijklmno', 'report');

async function harnessOn(broker: Mosquitto, more: Partial<MqttSourceOptions>): Promise<SourceHarness> {
  const device = await mqtt.connectAsync(broker.url, { clientId: 'device' });
  return {
    source: (gather) => new MqttSource({ url: broker.url, clientId: 'collector', log: silentLog, gather, ...more }),
    publish: async (topic, payload) => {
      await device.publishAsync(topic, payload, { qos: 1 });
    },
    listen: async (topic) => {
      const heard: string[] = [];
      device.on('message', (_topic, payload) => heard.push(payload.toString()));
      await device.subscribeAsync(topic, { qos: 1 });
      return heard;
    },
    close: async () => {
      await device.endAsync(true);
      await broker.close();
    },
  };
}

async function openHarness(more: Partial<MqttSourceOptions>): Promise<SourceHarness> {
  const broker = await Mosquitto.create();
  await broker.start();
  return harnessOn(broker, more);
}

messageSourceContract('mqtt 3.1.1 on Mosquitto', () => openHarness({}));
messageSourceContract('mqtt 5, shared, on Mosquitto', () => openHarness({ share: 'labwatch' }));

describe('acknowledging to the broker', () => {
  const close: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of close.splice(0).toReversed()) await end();
  });

  async function begin(extra: readonly string[] = []): Promise<{ broker: Mosquitto; publish: (text: string) => Promise<void> }> {
    const broker = await Mosquitto.create(extra);
    await broker.start();
    close.push(() => broker.close());
    const device = await mqtt.connectAsync(broker.url, { clientId: 'device' });
    close.push(() => device.endAsync(true));
    return { broker, publish: async (text) => void (await device.publishAsync(REPORT, text, { qos: 1 })) };
  }

  async function sourceOn(
    broker: Mosquitto,
    handler: (batch: readonly IncomingMessage[]) => Promise<void>,
    more: Partial<MqttSourceOptions> = {},
  ): Promise<MessageSource> {
    const source = new MqttSource({ url: broker.url, clientId: 'collector', persistent: true, log: silentLog, ...more });
    source.onBatch(handler);
    close.push(() => source.stop());
    await source.start();
    await eventually('a source that is ready', () => source.health().ready);
    return source;
  }

  for (const share of [undefined, 'labwatch']) {
    const version = share === undefined ? 'MQTT 3.1.1' : 'MQTT 5';
    const options = share === undefined ? {} : { share };

    test(`${version}: what was not durable when the collector died comes again; what was durable does not`, async () => {
      const { broker, publish } = await begin();
      const door = gate();
      const first: string[] = [];
      let durable = 0;
      const dying = await sourceOn(
        broker,
        async (batch) => {
          const texts = batch.map((message) => Buffer.from(message.payload).toString());
          first.push(...texts);
          if (texts.some((text) => text.startsWith('lost'))) await door.wait();
          durable += texts.length;
        },
        options,
      );
      for (const n of [1, 2, 3]) await publish(`kept ${n}`);
      await eventually('three durable messages', () => durable === 3);
      for (let n = 0; n < 10; n++) await publish(`lost ${n}`);
      await eventually('a batch under way', () => first.some((text) => text.startsWith('lost')));
      // The handler never ends, as when the process is killed: nothing after this may count as acknowledged.
      await dying.stop();

      const second: string[] = [];
      await sourceOn(
        broker,
        async (batch) => void second.push(...batch.map((message) => Buffer.from(message.payload).toString())),
        options,
      );
      await publish('after');
      await eventually('the message after', () => second.includes('after'));
      expect(second).toEqual([...Array.from({ length: 10 }, (_, n) => `lost ${n}`), 'after']);
      door.open();
    });
  }

  test('nothing is acknowledged while a batch is under way: the broker stops at its window, and goes on afterwards', async () => {
    const { broker, publish } = await begin(['max_inflight_messages 20']);
    const door = gate();
    const sizes: number[] = [];
    await sourceOn(broker, async (batch) => {
      sizes.push(batch.length);
      if (sizes.length === 1) await door.wait();
    });
    await Promise.all(Array.from({ length: 200 }, (_, n) => publish(`n${n}`)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sizes.length).toBe(1);
    door.open();
    const sum = (): number => sizes.reduce((a, b) => a + b, 0);
    await eventually('200 messages', () => sum() >= 200);
    expect(sum()).toBe(200);
    // The second batch is what had come before the first was acknowledged.
    expect(sizes[0]! + sizes[1]!).toBe(20);
  });

  test('two collectors of one share get each message once between them, and presence both', async () => {
    const { broker, publish } = await begin();
    const got: [string[], string[]] = [[], []];
    for (const [i, mine] of got.entries()) {
      await sourceOn(broker, async (batch) => void mine.push(...batch.map((message) => Buffer.from(message.payload).toString())), {
        share: 'labwatch',
        clientId: `collector-${i}`,
      });
    }
    for (let n = 0; n < 100; n++) await publish(`n${n}`);
    await eventually('all of them', () => got.flat().length === 100);
    expect(new Set(got.flat()).size).toBe(100);
    expect(Math.min(...got.map((mine) => mine.length))).toBeGreaterThan(0);
    const device = await mqtt.connectAsync(broker.url);
    await device.publishAsync(topicOf('d0123456789abcdefghijklmno', 'presence'), 'here', { qos: 1 });
    await eventually('presence at both', () => got.every((mine) => mine.includes('here')));
    await device.endAsync();
  });

  for (const share of [undefined, 'labwatch']) {
    test(`a retained copy is told from a live message${share === undefined ? '' : ', shared or not'}`, async () => {
      const { broker } = await begin();
      const topic = topicOf('d0123456789abcdefghijklmno', 'presence');
      const device = await mqtt.connectAsync(broker.url);
      close.push(() => device.endAsync(true));
      await device.publishAsync(topic, 'kept', { qos: 1, retain: true });
      const got: [string, boolean][] = [];
      await sourceOn(
        broker,
        async (batch) => void got.push(...batch.map((m): [string, boolean] => [Buffer.from(m.payload).toString(), m.retained])),
        share === undefined ? {} : { share },
      );
      await eventually('the copy', () => got.length === 1);
      await device.publishAsync(topic, 'live', { qos: 1, retain: true });
      await eventually('the live one', () => got.length === 2);
      expect(got).toEqual([
        ['kept', true],
        ['live', false],
      ]);
    });
  }

  test('a broker that goes away and comes back is found again, and says so meanwhile', async () => {
    const { broker } = await begin();
    const got: string[] = [];
    const source = await sourceOn(
      broker,
      async (batch) => void got.push(...batch.map((message) => Buffer.from(message.payload).toString())),
      {
        persistent: false,
      },
    );
    await broker.stop('SIGKILL');
    await eventually('a source that is not ready', () => !source.health().ready);
    expect(source.health().reason).toContain(broker.url);
    await expect(source.publish(topicOf('d0123456789abcdefghijklmno', 'ack'), Buffer.from('x'), { retain: false })).rejects.toThrow(
      /not connected/,
    );
    await broker.start();
    await eventually('a source that is ready again', () => source.health().ready);
    const device = await mqtt.connectAsync(broker.url);
    await device.publishAsync(REPORT, 'after', { qos: 1 });
    await eventually('a message', () => got.includes('after'));
    await device.endAsync();
  });

  test('a wrong password is told in one line, and the program goes on trying', async () => {
    const broker = await Mosquitto.create();
    close.push(() => broker.close());
    const closed = await Mosquitto.create(['password_file /dev/null', 'allow_anonymous false']);
    await closed.start();
    close.push(() => closed.close());
    const lines: string[] = [];
    const log = { ...silentLog, warn: (line: unknown) => void lines.push(String(line)) } as typeof silentLog;
    const source = new MqttSource({ url: closed.url, clientId: 'collector', user: 'collector', password: 'wrong', log });
    source.onBatch(async () => undefined);
    close.push(() => source.stop());
    await source.start();
    await eventually('a reason', () => /not auth/i.test(source.health().reason));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(source.health().ready).toBe(false);
    expect(lines.filter((line) => /not auth/i.test(line)).length).toBe(1);
    expect(lines.join()).not.toContain('wrong');
  });
});
