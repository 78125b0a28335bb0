import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { topicOf } from '../../protocol/topics.ts';
import { connectPacket, openStream, publishPacket, RawClient, TRANSPORTS, type Transport } from './broker-clients.ts';
import { BrokerHarness, type Device } from './broker-harness.ts';

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SEED = Number(process.env['SEED'] ?? 20_261);
const ROUNDS = 120;

let harness: BrokerHarness;
let victim: Device;
let good: Device;

beforeAll(async () => {
  harness = await BrokerHarness.start({
    tls: true,
    settings: { mqttConnectBurst: 1_000_000, mqttConnectRate: 100_000 },
    before: (broker) => broker.embedded.onMessage(async () => undefined),
  });
  [victim, good] = (await harness.devices(2)) as [Device, Device];
});
afterAll(() => harness.stop());

const bytes = (next: () => number, length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));

/** Packets of every type a client has, some of them sent before or instead of the right one. */
function samples(device: Device): Buffer[] {
  return [
    connectPacket(device, { will: { topic: topicOf(device.id, 'presence'), payload: '{}', retain: true, qos: 1 } }),
    publishPacket(topicOf(device.id, 'report'), '{"v":1}'),
    publishPacket(topicOf(device.id, 'report'), '', { qos: 0 }),
    generate({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: topicOf(device.id, 'ack'), qos: 1 }] }),
    generate({ cmd: 'unsubscribe', messageId: 8, unsubscriptions: [topicOf(device.id, 'ack')] }),
    generate({ cmd: 'pingreq' }),
    generate({ cmd: 'puback', messageId: 9 }),
    generate({ cmd: 'pubrel', messageId: 9 }),
    generate({ cmd: 'pubrec', messageId: 9 }),
    generate({ cmd: 'disconnect' }),
  ];
}

function mutate(next: () => number, packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  const times = 1 + Math.floor(next() * 4);
  for (let i = 0; i < times; i++) copy[Math.floor(next() * copy.length)] = Math.floor(next() * 256);
  const cut = next();
  if (cut < 0.2) return copy.subarray(0, Math.floor(next() * copy.length));
  return cut < 0.3 ? Buffer.concat([copy, bytes(next, Math.floor(next() * 50))]) : copy;
}

/** Three kinds of visitors: noise at once, noise after a good login, mutated packets in any order. */
function attack(next: () => number): Buffer[] {
  const packets = samples(victim);
  const kind = next();
  if (kind < 0.3) return [bytes(next, 1 + Math.floor(next() * 400))];
  const some = Array.from({ length: 1 + Math.floor(next() * 5) }, () => mutate(next, packets[Math.floor(next() * packets.length)]!));
  if (kind < 0.5) return [mutate(next, packets[0]!), ...some];
  return [packets[0]!, ...(kind < 0.6 ? [bytes(next, 200)] : some)];
}

async function visit(transport: Transport, next: () => number): Promise<void> {
  const stream = await openStream(transport, harness.broker.addresses()[transport]!, harness.ca).catch(() => undefined);
  if (stream === undefined) return;
  stream.resume();
  for (const part of attack(next)) {
    if (stream.destroyed) break;
    stream.write(part);
    if (next() < 0.5) await sleep(1);
  }
  await sleep(5);
  stream.destroy();
}

test.each(TRANSPORTS)('random bytes and broken packets over %s never crash the broker, and a good client is served', async (transport) => {
  const next = random(SEED + TRANSPORTS.indexOf(transport));
  const steady = await RawClient.login(harness, good, transport);
  for (let round = 0; round < ROUNDS; round++) await Promise.all([visit(transport, next), visit(transport, next)]);
  steady.write(publishPacket(topicOf(good.id, 'report'), 'still here', { id: 77 }));
  expect((await steady.expect('puback')).messageId).toBe(77);
  steady.close();
  // What was wrong was counted, each under a reason of the closed list.
  expect(harness.refused('malformed') + harness.refused('not-mqtt')).toBeGreaterThan(0);
});

/** Bytes below the handshakes: no TLS, no HTTP. */
test.each(TRANSPORTS)('raw noise on the socket of %s leaves the listener standing', async (transport) => {
  const next = random(SEED + 100);
  const port = harness.broker.addresses()[transport]!;
  for (let round = 0; round < 60; round++) {
    const socket = await openStream('mqtt', port);
    socket.resume();
    socket.write(round % 3 === 0 ? Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n') : bytes(next, 1 + Math.floor(next() * 300)));
    await sleep(2);
    socket.destroy();
  }
  const client = await RawClient.login(harness, good, transport);
  client.write(publishPacket(topicOf(good.id, 'report'), 'x'));
  expect((await client.expect('puback')).messageId).toBe(1);
  client.close();
});
