import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOWN_KINDS, topicOf, UP_KINDS, upFilters, type Kind } from '../../protocol/topics.ts';
import { sharedSecret } from '../../runtime/private-file.ts';
import { asDevice, mosquitto, RawClient, type Ran } from './broker-clients.ts';
import { BrokerHarness, until, type Device } from './broker-harness.ts';

/** Everything here is said by Mosquitto's own clients, with the credentials of a device and nothing else. */
let harness: BrokerHarness;
let mine: Device;
let other: Device;
const handed: { topic: string; text: string; retain: boolean }[] = [];

beforeAll(async () => {
  harness = await BrokerHarness.start({
    before: (broker) =>
      broker.embedded.onMessage(async (message) => {
        handed.push({ topic: message.topic, text: Buffer.from(message.payload).toString(), retain: message.retain });
      }),
  });
  [mine, other] = (await harness.devices(2)) as [Device, Device];
});
afterAll(() => harness.stop());

const pub = (device: Device, topic: string, text: string, ...more: string[]): Promise<Ran> =>
  mosquitto('mosquitto_pub', [...asDevice(harness, device), '-q', '1', '-t', topic, '-m', text, ...more]);
/** Ends after one message, or after the seconds of -W. */
const sub = (device: Device, filter: string, ...more: string[]): Promise<Ran> =>
  mosquitto('mosquitto_sub', [...asDevice(harness, device), '-q', '1', '-t', filter, '-C', '1', ...more]);

describe('a device may', () => {
  test.each(UP_KINDS)('publish its own %s', async (kind) => {
    const ran = await pub(mine, topicOf(mine.id, kind), `good ${kind}`);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(handed).toContainEqual({ topic: topicOf(mine.id, kind), text: `good ${kind}`, retain: false });
  });

  test('retain its presence, and have a Will there', async () => {
    const will = ['--will-topic', topicOf(mine.id, 'presence'), '--will-payload', 'lost', '--will-retain', '--will-qos', '1'];
    const ran = await pub(mine, topicOf(mine.id, 'presence'), 'here', '-r', ...will);
    expect(ran.code).toBe(0);
    expect(handed).toContainEqual({ topic: topicOf(mine.id, 'presence'), text: 'here', retain: true });
  });

  test.each(DOWN_KINDS)('read its own %s', async (kind) => {
    const heard = sub(mine, topicOf(mine.id, kind), '-W', '15');
    await until('the subscription', async () => {
      await harness.broker.embedded.publish(topicOf(mine.id, kind), Buffer.from(`down ${kind}`), { retain: false });
      return (await Promise.race([heard, new Promise((resolve) => void setTimeout(resolve, 100, undefined))])) !== undefined;
    });
    expect(await heard).toMatchObject({ code: 0, out: `down ${kind}\n` });
  });

  test('none of this counts as a refusal', () => {
    expect(harness.refusals()).toEqual({});
  });
});

interface RefusedPublish {
  readonly what: string;
  readonly reason: string;
  readonly topic: () => string;
  readonly text?: string;
  readonly more?: readonly string[];
}

const elsewhere = ['labwatch/v1', 'labwatch/v2/x/report', '$SYS/broker/version', 'anything', 'labwatch/v1//report'];
const notKept = UP_KINDS.filter((kind) => kind !== 'presence');
const own = (kind: Kind) => (): string => topicOf(mine.id, kind);
const foreign = (kind: Kind) => (): string => topicOf(other.id, kind);
const refusedPublishes: readonly RefusedPublish[] = [
  { what: 'to the topic of another device', reason: 'publish-foreign', topic: foreign('report') },
  { what: 'the presence of another device', reason: 'publish-foreign', topic: foreign('presence'), more: ['-r'] },
  ...DOWN_KINDS.map((kind) => ({ what: `to its own ${kind}`, reason: 'publish-topic', topic: own(kind) })),
  ...elsewhere.map((topic) => ({ what: `to ${topic}`, reason: 'publish-topic', topic: () => topic })),
  { what: 'an unknown kind', reason: 'publish-topic', topic: () => `labwatch/v1/${mine.id}/shell` },
  ...notKept.map((kind) => ({ what: `a retained ${kind}`, reason: 'publish-retained', topic: own(kind), more: ['-r'] })),
  {
    what: 'a retained presence of 5 KiB',
    reason: 'publish-retained-size',
    topic: own('presence'),
    text: 'p'.repeat(5 * 1024),
    more: ['-r'],
  },
  { what: 'with QoS 2', reason: 'publish-qos', topic: own('report'), more: ['-q', '2'] },
  { what: 'a packet of 65 KiB', reason: 'packet-too-large', topic: own('report'), text: 'b'.repeat(65 * 1024) },
];

test.each(refusedPublishes)('a device is dropped, and the reason counted, when it publishes $what', async (refused) => {
  const { what, reason, topic, text = what, more = [] } = refused;
  const before = harness.refused(reason);
  const ran = await pub(mine, topic(), text, ...more);
  expect(ran.code).not.toBe(0);
  expect(harness.refused(reason)).toBe(before + 1);
  expect(handed.some((message) => message.text === text)).toBe(false);
});

test('nothing foreign was retained by any of that', async () => {
  const collector = ['-h', '127.0.0.1', '-p', String(harness.broker.addresses().mqtt), '-u', 'collector'];
  const secret = sharedSecret(`${harness.home}/service-secret`);
  const filters = upFilters().flatMap((filter) => ['-t', filter]);
  const ran = await mosquitto('mosquitto_sub', [...collector, '-P', secret, ...filters, '--retained-only', '-v', '-W', '2']);
  expect(ran.out).toBe(`${topicOf(mine.id, 'presence')} here\n`);
});

describe('a device is told 0x80, and the reason counted, when it subscribes', () => {
  const refusedFilters: readonly [reason: string, filter: () => string][] = [
    ['subscribe-wildcard', () => '#'],
    ['subscribe-wildcard', () => 'labwatch/v1/+/ack'],
    ['subscribe-wildcard', () => `labwatch/v1/${mine.id}/#`],
    ['subscribe-sys', () => '$SYS/#'],
    ['subscribe-sys', () => '$SYS/broker/version'],
    ['subscribe-share', () => `$share/group/${topicOf(mine.id, 'ack')}`],
    ['subscribe-foreign', () => topicOf(other.id, 'ack')],
    ['subscribe-foreign', () => topicOf(other.id, 'config')],
    ['subscribe-topic', () => topicOf(mine.id, 'report')],
    ['subscribe-topic', () => 'anything'],
  ];
  test.each(refusedFilters)('%s', async (reason, filter) => {
    const before = harness.refused(reason);
    const ran = await sub(mine, filter(), '-W', '2');
    expect(ran.err).toContain('All subscription requests were denied');
    expect(ran.out).toBe('');
    expect(harness.refused(reason)).toBe(before + 1);
  });

  test('and the good filters in the same request are granted', async () => {
    const client = await RawClient.login(harness, mine);
    const topics = ['#', topicOf(mine.id, 'ack'), topicOf(other.id, 'ack')];
    client.write(generate({ cmd: 'subscribe', messageId: 5, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) }));
    expect((await client.expect('suback')).granted).toEqual([128, 1, 128]);
    client.close();
  });
});

describe('who is refused at the door, with the reason counted', () => {
  const connect = (args: string[]) =>
    mosquitto('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(harness.broker.addresses().mqtt), '-t', 'x', '-m', 'x', ...args]);
  const cases: readonly [string, string, () => string[]][] = [
    ['wrong-secret', 'bad user name or password', () => ['-i', mine.id, '-u', mine.id, '-P', other.secret]],
    ['unknown-device', 'bad user name or password', () => ['-i', 'a'.repeat(26), '-u', 'a'.repeat(26), '-P', mine.secret]],
    ['unknown-device', 'bad user name or password', () => ['-i', 'admin', '-u', 'admin', '-P', 'admin']],
    ['no-credentials', 'bad user name or password', () => ['-i', mine.id]],
    ['client-id', 'identifier rejected', () => ['-i', other.id, '-u', mine.id, '-P', mine.secret]],
    ['wrong-secret', 'bad user name or password', () => ['-i', 'c1', '-u', 'collector', '-P', mine.secret]],
    ['client-id', 'identifier rejected', () => ['-i', mine.id, '-u', 'collector', '-P', sharedSecret(`${harness.home}/service-secret`)]],
    ['keep-alive', 'identifier rejected', () => ['-i', mine.id, '-u', mine.id, '-P', mine.secret, '-k', '601']],
    // Mosquitto's client has no words of its own for an answer of version 3 to a CONNECT of version 5.
    ['protocol-version', 'error', () => ['-i', mine.id, '-u', mine.id, '-P', mine.secret, '-V', '5']],
    [
      'will',
      'not authorised',
      () => ['-i', mine.id, '-u', mine.id, '-P', mine.secret, '--will-topic', topicOf(other.id, 'presence'), '--will-retain'],
    ],
    [
      'will',
      'not authorised',
      () => ['-i', mine.id, '-u', mine.id, '-P', mine.secret, '--will-topic', topicOf(mine.id, 'report'), '--will-retain'],
    ],
  ];
  test.each(cases)('%s: %s', async (reason, said, args) => {
    const before = harness.refused(reason);
    const ran = await connect(args());
    expect(ran.code).not.toBe(0);
    expect(ran.err.toLowerCase()).toContain(said);
    expect(harness.refused(reason)).toBe(before + 1);
  });
});

describe('credentials that stop working', () => {
  test('a revoked device is disconnected within seconds and not let in again', async () => {
    const device = await harness.device();
    const client = await RawClient.login(harness, device);
    await harness.ledger.devices.revoke(device.id, Date.now());
    await client.untilClosed();
    expect(harness.refused('no-longer-valid')).toBe(1);
    const ran = await pub(device, topicOf(device.id, 'report'), 'after');
    expect(ran.err.toLowerCase()).toContain('not authorised');
    expect(harness.refused('revoked')).toBe(1);
    expect(handed.some((message) => message.text === 'after')).toBe(false);
  });

  test('a device that enrolled again shuts the old secret out', async () => {
    const device = await harness.enrol(900);
    const client = await RawClient.login(harness, device);
    const again = await harness.enrol(900);
    expect(again.id).toBe(device.id);
    await client.untilClosed();
    expect((await pub(again, topicOf(again.id, 'report'), 'fresh')).code).toBe(0);
    expect((await pub(device, topicOf(device.id, 'report'), 'stale')).code).not.toBe(0);
  });
});

describe('the collector', () => {
  const login = (): string[] => {
    const secret = sharedSecret(`${harness.home}/service-secret`);
    const port = String(harness.broker.addresses().mqtt);
    return ['-h', '127.0.0.1', '-p', port, '-i', 'labwatch-collector', '-u', 'collector', '-P', secret];
  };

  test("reads what devices say and the broker's own topics", async () => {
    const version = await mosquitto('mosquitto_sub', [...login(), '-t', '$SYS/#', '-v', '-C', '1', '-W', '20']);
    expect(version.out).toMatch(/^\$SYS\/broker\//);
    const heard = mosquitto('mosquitto_sub', [...login(), '-t', 'labwatch/v1/+/report', '-C', '1', '-W', '15']);
    await until('the subscription', async () => {
      await pub(other, topicOf(other.id, 'report'), 'for all to hear');
      return (await Promise.race([heard, new Promise((resolve) => void setTimeout(resolve, 100, undefined))])) !== undefined;
    });
    expect((await heard).out).toBe('for all to hear\n');
  });

  test.each(['#', 'labwatch/#', 'labwatch/v1/+/ack', 'labwatch/v1/+/+'])('may not subscribe to %s', async (filter) => {
    const ran = await mosquitto('mosquitto_sub', [...login(), '-t', filter, '-W', '2']);
    expect(ran.err).toContain('denied');
  });

  test('publishes to devices, keeps config for them, and nothing else', async () => {
    const say = (topic: string, ...more: string[]) =>
      mosquitto('mosquitto_pub', [...login(), '-q', '1', '-t', topic, '-m', 'settings', ...more]);
    expect((await say(topicOf(mine.id, 'config'), '-r')).code).toBe(0);
    expect((await sub(mine, topicOf(mine.id, 'config'), '-W', '10')).out).toBe('settings\n');
    expect((await say(topicOf(mine.id, 'ack'))).code).toBe(0);
    expect((await say(topicOf(mine.id, 'ack'), '-r')).code).not.toBe(0);
    expect((await say(topicOf(mine.id, 'report'))).code).not.toBe(0);
    expect((await say('$SYS/broker/version')).code).not.toBe(0);
  });
});
