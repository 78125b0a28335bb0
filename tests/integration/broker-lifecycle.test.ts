import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect as connectTls } from 'node:tls';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { brokerCommand, createBroker, type Broker } from '../../broker/main.ts';
import { topicOf } from '../../protocol/topics.ts';
import { LabwatchError } from '../../runtime/errors.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { sharedSecret } from '../../runtime/private-file.ts';
import { mosquitto, openStream, publishPacket, RawClient } from './broker-clients.ts';
import { BrokerHarness, makeCertificate, settingsFor, until, type BrokerValues } from './broker-harness.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('starting', () => {
  let home: string;
  const credentials = { checkSecret: async () => 'wrong-secret', noLongerValid: async () => [] };
  const brokerWith = (over: Partial<BrokerValues>): Broker =>
    createBroker({ settings: settingsFor(home, over), ledger: { credentials } as never, log: silentLog, metrics: new Metrics() });
  const failure = async (broker: Broker): Promise<LabwatchError> => {
    const error = await broker.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabwatchError);
    return error as LabwatchError;
  };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'labwatch-broker-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('on a port in use is one clear error with the flag, and nothing stays open', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    const wsPort = (taken.address() as AddressInfo).port;
    const probe = brokerWith({});
    await probe.start();
    const mqttPort = probe.addresses().mqtt!;
    await probe.stop();
    const broker = brokerWith({ mqttPort, wsPort });
    const error = await failure(broker);
    expect(error.code).toBe('PORT_IN_USE');
    expect(error.exit).toBe(69);
    expect(error.line()).toContain('--ws-port');
    expect(broker.addresses()).toEqual({});
    // The first listener had been opened, and was closed again.
    await expect(openStream('mqtt', mqttPort)).rejects.toThrow('ECONNREFUSED');
    await new Promise<void>((resolve) => void taken.close(() => resolve()));
    await broker.start();
    expect(broker.addresses()).toMatchObject({ mqtt: mqttPort, ws: wsPort });
    await broker.stop();
  });

  test.each(['0.0.0.0', '::', '192.168.1.1', 'example.org'])('plain listeners do not leave loopback for %s', async (plainListen) => {
    const error = await failure(brokerWith({ plainListen }));
    expect(error.code).toBe('BROKER_PLAIN_LISTEN');
    expect(error.exit).toBe(78);
    expect(error.line()).toContain('--insecure-plain');
  });

  test('plain listeners leave loopback when told so', async () => {
    const broker = brokerWith({ plainListen: '0.0.0.0', insecurePlain: true });
    await broker.start();
    expect(broker.addresses().mqtt).toBeGreaterThan(0);
    await broker.stop();
  });

  test('without a certificate there are no TLS listeners; half of one, or a wrong one, is an error', async () => {
    const plain = brokerWith({});
    await plain.start();
    expect(Object.keys(plain.addresses()).toSorted()).toEqual(['mqtt', 'ws']);
    await plain.stop();
    mkdirSync(join(home, 'tls'));
    writeFileSync(join(home, 'tls', 'server.crt'), 'no certificate');
    expect((await failure(brokerWith({}))).code).toBe('BROKER_TLS_MATERIAL');
    writeFileSync(join(home, 'tls', 'server.key'), 'no key');
    expect((await failure(brokerWith({}))).code).toBe('BROKER_TLS_MATERIAL');
    await makeCertificate(home);
    const key = readFileSync(join(home, 'tls', 'server.key'));
    await makeCertificate(home);
    writeFileSync(join(home, 'tls', 'server.key'), key);
    expect((await failure(brokerWith({}))).code).toBe('BROKER_TLS_MATERIAL');
    await makeCertificate(home);
    const both = brokerWith({});
    await both.start();
    expect(Object.keys(both.addresses()).toSorted()).toEqual(['mqtt', 'mqtts', 'ws', 'wss']);
    await both.stop();
  });

  test('start and stop may be called in any order and more than once', async () => {
    const broker = brokerWith({});
    await broker.stop();
    await broker.start();
    await broker.start();
    await Promise.all([broker.stop(), broker.stop()]);
    await broker.stop();
    await broker.start();
    const client = new RawClient(await openStream('mqtt', broker.addresses().mqtt!));
    await broker.stop();
    await client.untilClosed();
    expect(broker.addresses()).toEqual({});
  });
});

describe('listeners', () => {
  let harness: BrokerHarness;
  beforeEach(async () => {
    harness = await BrokerHarness.start({ tls: true, settings: { mqttSysInterval: 1 } });
  });
  afterEach(() => harness.stop());

  test('TLS older than 1.2, an unknown authority and plain bytes are refused, and counted', async () => {
    const port = harness.broker.addresses().mqtts!;
    const attempt = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({ port, host: '127.0.0.1', ...options }, () => {
          socket.destroy();
          resolve('secure');
        });
        socket.on('error', () => resolve('refused'));
      });
    expect(await attempt({ ca: harness.ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe('refused');
    expect(await attempt({})).toBe('refused');
    expect(await attempt({ ca: harness.ca, maxVersion: 'TLSv1.2' })).toBe('secure');
    expect(await attempt({ ca: harness.ca, minVersion: 'TLSv1.3' })).toBe('secure');
    const plain = await openStream('mqtt', port);
    plain.end('this is no TLS at all, and long enough to be sure of that');
    await until('the count', () => harness.refused('tls-handshake') >= 2);
  });

  test.each(['/mqtt', '/', '/mqtt?x=1'])('WebSocket at %s with the subprotocol mqtt is taken', async (path) => {
    const socket = new WebSocket(`ws://127.0.0.1:${harness.broker.addresses().ws}${path}`, ['mqtt']);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    expect(socket.protocol).toBe('mqtt');
    socket.terminate();
  });

  test.each([
    ['/other', ['mqtt']],
    ['/mqtt', []],
    ['/mqtt', ['chat']],
  ] as const)('WebSocket at %s with subprotocols %j is refused', async (path, protocols) => {
    const socket = new WebSocket(`ws://127.0.0.1:${harness.broker.addresses().ws}${path}`, [...protocols]);
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('400');
    await until('the count', () => harness.refused('websocket-request') === 1);
  });

  test('a browser that opens the port is told what it is for', async () => {
    const port = harness.broker.addresses().ws!;
    const status = await new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/' }, (answer) => resolve(answer.resume().statusCode)).once('error', reject).end(); // prettier-ignore
    });
    expect(status).toBe(426);
    await until('the count', () => harness.refused('websocket-request') === 1);
  });

  test('a text frame is no MQTT', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${harness.broker.addresses().ws}/mqtt`, ['mqtt']);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('hello');
    await closed;
    await until('the count', () => harness.refused('malformed') === 1);
    expect(harness.refusals()).toEqual({ malformed: 1 });
  });

  test.each(['mqtt', 'mqtts', 'ws', 'wss'] as const)('mqtt.js over %s connects, publishes and is answered', async (transport) => {
    const device = await harness.device();
    const client = await mqtt.connectAsync(`${transport}://127.0.0.1:${harness.broker.addresses()[transport]}/mqtt`, {
      clientId: device.id,
      username: device.id,
      password: device.secret,
      ...(harness.ca === undefined ? {} : { ca: harness.ca }),
    });
    await client.publishAsync(topicOf(device.id, 'report'), 'hello', { qos: 1 });
    const granted = await client.subscribeAsync(topicOf(device.id, 'ack'), { qos: 1 });
    expect(granted.map(({ qos }) => qos)).toEqual([1]);
    const heard = new Promise<string>((resolve) => void client.once('message', (_topic, payload) => resolve(payload.toString())));
    await harness.broker.embedded.publish(topicOf(device.id, 'ack'), Buffer.from('stored'), { retain: false });
    expect(await heard).toBe('stored');
    await client.endAsync();
  });

  test('$SYS/broker has the names that Mosquitto has', async () => {
    const device = await harness.device();
    const client = await RawClient.login(harness, device);
    client.write(publishPacket(topicOf(device.id, 'report'), 'x'));
    await client.expect('puback');
    const login = ['-h', '127.0.0.1', '-p', String(harness.broker.addresses().mqtt), '-u', 'collector'];
    const secret = sharedSecret(join(harness.home, 'service-secret'));
    const topics = async (): Promise<Map<string, string>> => {
      const ran = await mosquitto('mosquitto_sub', [...login, '-P', secret, '-t', '$SYS/#', '-F', '%t\t%p', '-W', '2']);
      return new Map(ran.out.split('\n').map((line) => line.split('\t') as [string, string]));
    };
    let seen = new Map<string, string>();
    await until('the counts', async () => (seen = await topics()).get('$SYS/broker/clients/connected') === '2');
    expect(seen.get('$SYS/broker/version')).toMatch(/^labwatch \d/);
    expect(seen.get('$SYS/broker/uptime')).toMatch(/^\d+ seconds$/);
    for (const name of ['messages/received', 'messages/sent', 'bytes/received', 'bytes/sent', 'publish/messages/received']) {
      expect(Number(seen.get(`$SYS/broker/${name}`))).toBeGreaterThan(0);
    }
    expect(Number(seen.get('$SYS/broker/subscriptions/count'))).toBe(1);
    // aedes' own topics, which name clients, are not shown.
    expect([...seen.keys()].filter((topic) => topic !== '' && !topic.startsWith('$SYS/broker/'))).toEqual([]);
    client.close();
  });
});

describe('labwatch broker', () => {
  test('--help is there in both languages and lists the settings', () => {
    expect(brokerCommand.help('en')).toContain('--insecure-plain');
    expect(brokerCommand.help('vi')).toContain('Cách dùng');
    expect(brokerCommand.help('vi')).toContain('--mqtt-port');
  });

  test('runs until a signal, serves a client meanwhile, and leaves with 0', async () => {
    const home = mkdtempSync(join(tmpdir(), 'labwatch-broker-'));
    const script = `import { brokerCommand } from ${JSON.stringify(join(ROOT, 'broker/main.ts'))};
      process.exitCode = await brokerCommand.run(process.argv.slice(2));`;
    const file = join(home, 'run.mts');
    writeFileSync(file, script);
    const ports = ['--mqtt-port', '0', '--ws-port', '0', '--mqtts-port', '0', '--wss-port', '0'];
    const child = spawn(process.execPath, [file, '--home', join(home, 'data'), '--log-format', 'json', ...ports], { cwd: ROOT });
    let log = '';
    child.stderr.on('data', (text: Buffer) => (log += text.toString()));
    const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
    try {
      await until('listening', () => log.includes('broker is listening'));
      const port = Number(/"mqtt":(\d+)/.exec(log)![1]);
      const secret = sharedSecret(join(home, 'data', 'service-secret'));
      const login = ['-h', '127.0.0.1', '-p', String(port), '-u', 'collector', '-P', secret];
      const ran = await mosquitto('mosquitto_sub', [...login, '-t', '$SYS/#', '-C', '1', '-W', '20']);
      expect(ran.code).toBe(0);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(log).not.toContain(secret);
    } finally {
      child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    }
  });
});
