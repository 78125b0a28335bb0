import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { topicOf } from '../../protocol/topics.ts';
import { connectPacket, openStream, publishPacket, RawClient, TRANSPORTS } from './broker-clients.ts';
import { BrokerHarness, until, type BrokerValues } from './broker-harness.ts';

let harness: BrokerHarness;
const start = async (options: Parameters<typeof BrokerHarness.start>[0]): Promise<BrokerHarness> => {
  harness = await BrokerHarness.start(options);
  return harness;
};
const withSettings = (settings: Partial<BrokerValues>): Promise<BrokerHarness> => start({ settings });
afterEach(() => harness.stop());

/** A fixed header that promises so many bytes (MQTT 3.1.1, section 2.2.3). */
function header(type: number, length: number): Buffer {
  const bytes = [type << 4];
  for (let left = length; ; left = Math.floor(left / 128)) {
    bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
    if (left < 128) return Buffer.from(bytes);
  }
}

describe('a WebSocket frame', () => {
  test('in very many pieces is refused before it is whole, login or not; compression is not granted; pings are not hoarded', async () => {
    await start({});
    const visit = async (): Promise<WebSocket> => {
      const visitor = new WebSocket(`ws://127.0.0.1:${harness.broker.addresses().ws!}/mqtt`, ['mqtt'], { perMessageDeflate: true });
      visitor.on('error', () => undefined);
      await once(visitor, 'open');
      return visitor;
    };
    const cutter = await visit();
    expect(cutter.extensions).toBe('');
    const closed = once(cutter, 'close');
    for (let i = 0; i < 300; i++) cutter.send(Buffer.of(0), { fin: false });
    await closed;
    await until('the count', () => harness.refused('malformed') === 1);
    // Whoever asks and does not read the answers is closed, not kept waiting in memory.
    const asker = await visit();
    const gone = once(asker, 'close');
    asker.pause();
    const socket = Reflect.get(asker, '_socket') as Socket;
    const ping = Buffer.concat([Buffer.of(0x89, 0x80 | 125, 0, 0, 0, 0), Buffer.alloc(125)]);
    const flood = Buffer.concat(Array.from({ length: 5_000 }, () => ping));
    while (!socket.destroyed) await new Promise((resolve) => socket.write(flood, resolve));
    await gone;
  });
});

describe('a packet that is too large', () => {
  test('is refused at its header, before a byte of its body is there, on every transport', async () => {
    await start({ tls: true });
    const device = await harness.device();
    for (const [n, transport] of TRANSPORTS.entries()) {
      const client = await RawClient.login(harness, device, transport);
      client.write(header(3, 65 * 1024));
      await client.untilClosed();
      await until('the count', () => harness.refused('packet-too-large') === n + 1);
    }
    expect(harness.refusals()).toEqual({ 'packet-too-large': 4 });
  });

  test('is refused before login too, and in one WebSocket frame', async () => {
    await start({});
    const raw = await RawClient.open(harness);
    raw.write(header(1, 1_000_000));
    await raw.untilClosed();
    const device = await harness.device();
    const client = await RawClient.login(harness, device, 'ws');
    client.write(publishPacket(topicOf(device.id, 'report'), Buffer.alloc(66_000)));
    await client.untilClosed();
    await until('the counts', () => harness.refused('packet-too-large') === 2);
    expect(harness.refusals()).toEqual({ 'packet-too-large': 2 });
  });

  test('of exactly 64 KiB is not too large', async () => {
    await start({});
    const device = await harness.device();
    const empty = publishPacket(topicOf(device.id, 'report'), Buffer.alloc(60_000)).length - 60_000;
    const packet = publishPacket(topicOf(device.id, 'report'), Buffer.alloc(65_536 - empty));
    expect(packet.length).toBe(65_536);
    for (const transport of ['mqtt', 'ws'] as const) {
      const client = await RawClient.login(harness, device, transport);
      client.write(packet);
      await client.expect('puback');
      client.close();
    }
  });
});

test('connections are counted over all listeners, and one that leaves makes room', async () => {
  await withSettings({ mqttMaxConnections: 4 });
  const [first, ...others] = await harness.devices(4);
  const clients = [await RawClient.login(harness, first!)];
  for (const [n, device] of others.entries()) clients.push(await RawClient.login(harness, device, n === 0 ? 'ws' : 'mqtt'));
  const extra = await RawClient.open(harness);
  await extra.untilClosed();
  expect(harness.refusals()).toEqual({ 'connection-cap': 1 });
  clients.pop()!.close();
  const late = await harness.device();
  await until('room', async () => {
    const client = await RawClient.login(harness, late).catch(() => undefined);
    client?.close();
    return client !== undefined;
  });
});

test('new connections of one address are limited', async () => {
  await withSettings({ mqttConnectBurst: 5, mqttConnectRate: 1 });
  const open = await Promise.all(Array.from({ length: 12 }, () => RawClient.open(harness)));
  await until('refusals', () => harness.refused('address-rate') >= 5);
  await until('closed', () => open.filter((client) => client.closed).length === harness.refused('address-rate'));
  for (const client of open) client.close();
  // A second makes room for one more.
  const device = await harness.device();
  await until('room', async () => (await RawClient.login(harness, device).catch(() => undefined)) !== undefined);
  expect(Object.keys(harness.refusals())).toEqual(['address-rate']);
});

describe('who does not log in in time is closed', () => {
  test('on every listener, before and after its handshake', async () => {
    await start({ tls: true, settings: { mqttConnectTimeout: 1 } });
    const ports = harness.broker.addresses();
    const silent = [
      // Not even the first byte of TLS or HTTP.
      ...TRANSPORTS.map((transport) => openStream('mqtt', ports[transport]!)),
      // The handshake, and then nothing.
      ...TRANSPORTS.slice(1).map((transport) => openStream(transport, ports[transport]!, harness.ca)),
    ];
    const clients = (await Promise.all(silent)).map((stream) => new RawClient(stream));
    await Promise.all(clients.map((client) => client.untilClosed()));
    await until('the counts', () => harness.refused('connect-timeout') === 7);
    expect(harness.refusals()).toEqual({ 'connect-timeout': 7 });
  });

  test('also when it sends its CONNECT byte by byte', async () => {
    await withSettings({ mqttConnectTimeout: 1 });
    const client = await RawClient.open(harness);
    const packet = connectPacket(await harness.device());
    for (let i = 0; i < packet.length - 1 && !client.closed; i++) {
      client.write(packet.subarray(i, i + 1));
      await sleep(40);
    }
    await client.untilClosed();
    expect(harness.refusals()).toEqual({ 'connect-timeout': 1 });
  });
});

test('a client that falls silent for one and a half times its keep-alive is lost, and its Will says so', async () => {
  const handed: string[] = [];
  await start({ before: (broker) => broker.embedded.onMessage(async (m) => void handed.push(Buffer.from(m.payload).toString())) });
  const device = await harness.device();
  const will = { topic: topicOf(device.id, 'presence'), payload: 'lost', retain: true, qos: 1 as const };
  const client = await RawClient.login(harness, device, 'mqtt', { keepalive: 1, will });
  await client.untilClosed();
  await until('the Will', () => handed.includes('lost'));
  expect(harness.metric('labwatch_broker_keep_alive_expired_total')).toBe(1);
  expect(harness.refusals()).toEqual({});
});

describe('message rate', () => {
  test('a client over its rate is slowed, and loses nothing', async () => {
    const handed: string[] = [];
    await start({
      settings: { mqttMessageBurst: 10, mqttMessageRate: 20, mqttMessagePatience: 60 },
      before: (broker) => broker.embedded.onMessage(async (m) => void handed.push(Buffer.from(m.payload).toString())),
    });
    const device = await harness.device();
    const client = await RawClient.login(harness, device);
    const begin = performance.now();
    for (let i = 1; i <= 40; i++) client.write(publishPacket(topicOf(device.id, 'report'), String(i), { id: i }));
    await until('all PUBACKs', () => client.count('puback') === 40);
    // 30 more than the burst, at 20 a second.
    expect(performance.now() - begin).toBeGreaterThan(1_300);
    expect(handed).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)));
    expect(harness.refusals()).toEqual({});
    client.close();
  });

  test('one that goes on is dropped', async () => {
    let handed = 0;
    await start({
      settings: { mqttMessageBurst: 10, mqttMessageRate: 20, mqttMessagePatience: 2 },
      before: (broker) => broker.embedded.onMessage(async () => void (handed += 1)),
    });
    const device = await harness.device();
    const client = await RawClient.login(harness, device);
    const begin = performance.now();
    while (!client.closed) {
      for (let i = 0; i < 50; i++) client.write(publishPacket(topicOf(device.id, 'report'), 'x', { qos: 0 }));
      await sleep(10);
    }
    const seconds = (performance.now() - begin) / 1000;
    expect(harness.refusals()).toEqual({ 'message-rate': 1 });
    expect(seconds).toBeGreaterThan(1.9);
    expect(handed).toBeLessThanOrEqual(10 + 20 * (seconds + 1));
  });

  test('PINGREQ and SUBSCRIBE count as well', async () => {
    await withSettings({ mqttMessageBurst: 5, mqttMessageRate: 10, mqttMessagePatience: 1 });
    const client = await RawClient.login(harness, await harness.device());
    while (!client.closed) {
      client.write(Buffer.concat(Array.from({ length: 50 }, () => generate({ cmd: 'pingreq' }))));
      await sleep(10);
    }
    expect(harness.refusals()).toEqual({ 'message-rate': 1 });
  });
});

test('no more than so many messages of one device wait to be stored, over reconnects too', async () => {
  const waiting: { text: string; stored: () => void }[] = [];
  await start({
    settings: { mqttInflight: 5 },
    before: (broker) =>
      broker.embedded.onMessage(
        (message) => new Promise((resolve) => void waiting.push({ text: Buffer.from(message.payload).toString(), stored: resolve })),
      ),
  });
  const device = await harness.device();
  const client = await RawClient.login(harness, device);
  for (let i = 1; i <= 30; i++) client.write(publishPacket(topicOf(device.id, 'report'), String(i), { id: i }));
  await until('five', () => waiting.length === 5);
  client.close();
  const again = await RawClient.login(harness, device);
  for (let i = 1; i <= 30; i++) again.write(publishPacket(topicOf(device.id, 'report'), `again ${i}`, { id: i }));
  await sleep(200);
  expect(waiting.map(({ text }) => text)).toEqual(['1', '2', '3', '4', '5']);
  // As they are stored, the rest comes, in order.
  await until('all', () => {
    for (const { stored } of waiting) stored();
    return again.count('puback') === 30;
  });
  expect(waiting.slice(5).map(({ text }) => text)).toEqual(Array.from({ length: 30 }, (_, i) => `again ${i + 1}`));
  again.close();
});

test('a device that does not read what is sent to it is closed, and nobody else waits for it', async () => {
  await start({});
  const [deaf, other] = await harness.devices(2);
  const subscribe = (id: string): Buffer =>
    generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: topicOf(id, 'command'), qos: 1 }] });
  const client = await RawClient.login(harness, deaf!);
  client.write(subscribe(deaf!.id));
  await client.expect('suback');
  client.stream.pause();
  const good = await RawClient.login(harness, other!);
  good.write(subscribe(other!.id));
  await good.expect('suback');
  await until('closed', async () => {
    for (let i = 0; i < 20; i++) {
      await harness.broker.embedded.publish(topicOf(deaf!.id, 'command'), Buffer.alloc(60_000), { retain: false });
    }
    return harness.refused('slow-reader') === 1;
  });
  await harness.broker.embedded.publish(topicOf(other!.id, 'command'), Buffer.from('hello'), { retain: false });
  expect((await good.expect('publish')).payload.toString()).toBe('hello');
  good.close();
  client.close();
});

test('a new connection of the same client takes over', async () => {
  const handed: string[] = [];
  await start({ before: (broker) => broker.embedded.onMessage(async (m) => void handed.push(Buffer.from(m.payload).toString())) });
  const device = await harness.device();
  const topic = topicOf(device.id, 'presence');
  const first = await RawClient.login(harness, device, 'mqtt', { will: { topic, payload: 'lost', retain: true, qos: 1 } });
  const second = await RawClient.login(harness, device);
  await first.untilClosed();
  second.write(publishPacket(topic, 'here', { retain: true }));
  await second.expect('puback');
  expect(handed).toEqual(['lost', 'here']);
  expect(harness.metric('labwatch_broker_takeovers_total')).toBe(1);
  expect(harness.metric('labwatch_broker_clients')).toBe(1);
  expect(harness.refusals()).toEqual({});
  second.close();
  await until('gone', () => harness.metric('labwatch_broker_clients') === 0);
});

test('a session ends with its connection, whatever the client asks for', async () => {
  await start({});
  const device = await harness.device();
  const client = await RawClient.open(harness);
  client.write(connectPacket(device, { clean: false }));
  expect(await client.expect('connack')).toMatchObject({ returnCode: 0, sessionPresent: false });
  client.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: topicOf(device.id, 'command'), qos: 1 }] }));
  await client.expect('suback');
  client.close();
  await until('gone', () => harness.metric('labwatch_broker_clients') === 0);
  await harness.broker.embedded.publish(topicOf(device.id, 'command'), Buffer.from('missed'), { retain: false });
  const again = await RawClient.open(harness);
  again.write(connectPacket(device, { clean: false }));
  expect((await again.expect('connack')).sessionPresent).toBe(false);
  again.write(generate({ cmd: 'pingreq' }));
  await again.expect('pingresp');
  expect(again.count('publish')).toBe(0);
  again.close();
});
