import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { EmbeddedBroker as Needed } from '../../collector/ports/message-source.ts';
import { topicOf } from '../../protocol/topics.ts';
import { sharedSecret } from '../../runtime/private-file.ts';
import { mosquitto, publishPacket, RawClient, type ConnectOver } from './broker-clients.ts';
import { BrokerHarness, until, type Device } from './broker-harness.ts';

interface Handed {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  store(): void;
  fail(): void;
}

let harness: BrokerHarness;
let handed: Handed[];
let device: Device;

/** A handler that stores nothing until the test says so, or everything at once. */
async function start(mode: 'by hand' | 'at once'): Promise<void> {
  handed = [];
  harness = await BrokerHarness.start({
    before: (broker) => {
      // What the collector needs is what the broker offers.
      const embedded: Needed = broker.embedded;
      embedded.onMessage((message) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const text = Buffer.from(message.payload).toString();
        handed.push({ topic: message.topic, text, retain: message.retain, store: resolve, fail: () => reject(new Error('disk full')) });
        if (mode === 'at once') resolve();
        return promise;
      });
    },
  });
  device = await harness.device();
}
afterEach(() => harness.stop());

const report = (id: number, text = String(id)): Buffer => publishPacket(topicOf(device.id, 'report'), text, { id });
const withWill = (text: string): ConnectOver => ({
  will: { topic: topicOf(device.id, 'presence'), payload: text, retain: true, qos: 1 },
});

describe('what a device publishes', () => {
  test('is acknowledged only when it is stored, in the order it came', async () => {
    await start('by hand');
    const client = await RawClient.login(harness, device);
    client.write(Buffer.concat([report(1), report(2), report(3)]));
    await until('all three', () => handed.length === 3);
    handed[2]!.store();
    handed[1]!.store();
    await sleep(100);
    expect(client.count('puback')).toBe(0);
    handed[0]!.store();
    await until('PUBACKs', () => client.count('puback') === 3);
    expect(client.packets.map((packet) => packet.messageId)).toEqual([1, 2, 3]);
    expect(handed.map(({ text }) => text)).toEqual(['1', '2', '3']);
    client.close();
  });

  test('is sent again when it could not be stored: no PUBACK, the connection ends, the reason is counted', async () => {
    await start('by hand');
    const client = await RawClient.login(harness, device);
    client.write(Buffer.concat([report(1), report(2)]));
    await until('both', () => handed.length === 2);
    handed[0]!.fail();
    handed[1]!.store();
    await client.untilClosed();
    expect(client.count('puback')).toBe(0);
    expect(harness.refusals()).toEqual({ 'not-stored': 1 });
    const again = await RawClient.login(harness, device);
    again.write(report(1));
    await until('it again', () => handed.length === 3);
    handed[2]!.store();
    expect((await again.expect('puback')).messageId).toBe(1);
    again.close();
  });

  test('with QoS 0 is handed over too, and that of one device does not wait for another', async () => {
    await start('by hand');
    const other = await harness.device();
    const [one, two] = [await RawClient.login(harness, device), await RawClient.login(harness, other)];
    one.write(report(1));
    await until('the first', () => handed.length === 1);
    two.write(publishPacket(topicOf(other.id, 'report'), 'quick', { qos: 0 }));
    two.write(publishPacket(topicOf(other.id, 'report'), 'second', { id: 9 }));
    await until('the others', () => handed.length === 3);
    handed[1]!.store();
    handed[2]!.store();
    expect((await two.expect('puback')).messageId).toBe(9);
    expect(one.count('puback')).toBe(0);
    one.close();
    two.close();
  });
});

describe('a Will', () => {
  test('is handed over when the line breaks, not after a DISCONNECT', async () => {
    await start('at once');
    const clean = await RawClient.login(harness, device, 'mqtt', withWill('first'));
    clean.write(generate({ cmd: 'disconnect' }));
    await clean.untilClosed();
    const cut = await RawClient.login(harness, device, 'mqtt', withWill('second'));
    cut.close();
    await until('the Will', () => handed.length > 0);
    expect(handed).toMatchObject([{ topic: topicOf(device.id, 'presence'), text: 'second', retain: true }]);
  });

  test('is offered again until it is stored', async () => {
    await start('by hand');
    const client = await RawClient.login(harness, device, 'mqtt', withWill('lost'));
    client.close();
    await until('the first offer', () => handed.length === 1);
    handed[0]!.fail();
    await until('the second offer', () => handed.length === 2);
    handed[1]!.store();
    expect(handed[1]!.text).toBe('lost');
    await sleep(2_500);
    expect(handed.length).toBe(2);
  });

  test('that could not be stored is forgotten once the device is back', async () => {
    await start('by hand');
    const client = await RawClient.login(harness, device, 'mqtt', withWill('lost'));
    client.close();
    await until('the offer', () => handed.length === 1);
    handed[0]!.fail();
    const back = await RawClient.login(harness, device);
    await sleep(2_500);
    expect(handed.length).toBe(1);
    back.close();
  });

  test('of a connection that is taken over comes before anything the new one says', async () => {
    await start('at once');
    const expected: string[] = [];
    for (let round = 0; round < 25; round++) {
      const client = await RawClient.login(harness, device, 'mqtt', withWill(`lost ${round}`));
      client.write(publishPacket(topicOf(device.id, 'presence'), `online ${round}`, { id: 1, retain: true }));
      await until('it says so', () => handed.some(({ text }) => text === `online ${round}`));
      expected.push(...(round === 0 ? [] : [`lost ${round - 1}`]), `online ${round}`);
    }
    expect(handed.map(({ text }) => text)).toEqual(expected);
  });

  test('is not published when the broker itself stops', async () => {
    await start('at once');
    const client = await RawClient.login(harness, device, 'mqtt', withWill('lost'));
    await harness.broker.stop();
    await client.untilClosed();
    await sleep(100);
    expect(handed).toEqual([]);
  });
});

describe('other subscribers', () => {
  test('find the retained presence while a handler is set', async () => {
    await start('at once');
    const client = await RawClient.login(harness, device);
    client.write(publishPacket(topicOf(device.id, 'presence'), 'here', { retain: true }));
    await client.expect('puback');
    const login = ['-h', '127.0.0.1', '-p', String(harness.broker.addresses().mqtt), '-u', 'collector'];
    const asked = ['-P', sharedSecret(`${harness.home}/service-secret`), '-t', 'labwatch/v1/+/presence', '-v', '-C', '1', '-W', '20'];
    const ran = await mosquitto('mosquitto_sub', [...login, ...asked]);
    expect(ran.out).toBe(`${topicOf(device.id, 'presence')} here\n`);
    client.close();
  });
});

describe('publish()', () => {
  test('reaches the device with QoS 1, and what is retained is there at its next connect', async () => {
    await start('at once');
    const subscribe = generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: (['ack', 'config'] as const).map((kind) => ({ topic: topicOf(device.id, kind), qos: 1 as const })),
    });
    await harness.broker.embedded.publish(topicOf(device.id, 'config'), Buffer.from('kept'), { retain: true });
    const client = await RawClient.login(harness, device);
    client.write(subscribe);
    expect(await client.expect('publish')).toMatchObject({ retain: true, qos: 1, topic: topicOf(device.id, 'config') });
    await harness.broker.embedded.publish(topicOf(device.id, 'ack'), Buffer.from('live'), { retain: false });
    expect(await client.expect('publish')).toMatchObject({ retain: false, qos: 1, topic: topicOf(device.id, 'ack') });
    expect(handed).toEqual([]);
    client.close();
  });

  test('refuses what is no topic to a device, and says so when the broker does not run', async () => {
    await start('at once');
    const publish = (topic: string): Promise<void> => harness.broker.embedded.publish(topic, Buffer.from('x'), { retain: false });
    await expect(publish(topicOf(device.id, 'report'))).rejects.toThrow('not a topic to a device');
    await expect(publish('labwatch/v1/+/ack')).rejects.toThrow('not a topic to a device');
    await harness.broker.stop();
    await expect(publish(topicOf(device.id, 'ack'))).rejects.toThrow('not running');
  });
});
