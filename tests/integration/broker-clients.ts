import { spawn } from 'node:child_process';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { generate, parser, type Packet } from 'mqtt-packet';
import { createWebSocketStream, WebSocket } from 'ws';
import type { BrokerHarness, Device } from './broker-harness.ts';

export type Transport = 'mqtt' | 'mqtts' | 'ws' | 'wss';
export const TRANSPORTS: readonly Transport[] = ['mqtt', 'mqtts', 'ws', 'wss'];

/** Opens bytes to a listener; no MQTT is spoken yet. */
export async function openStream(transport: Transport, port: number, ca?: string): Promise<Duplex> {
  const host = '127.0.0.1';
  const trust = ca === undefined ? {} : { ca };
  if (transport === 'mqtt') {
    const socket = connectTcp({ port, host, noDelay: true });
    return when(socket, socket, 'connect');
  }
  if (transport === 'mqtts') {
    const socket = connectTls({ port, host, ...trust });
    socket.setNoDelay(true);
    return when(socket, socket, 'secureConnect');
  }
  const webSocket = new WebSocket(`${transport}://${host}:${port}/mqtt`, ['mqtt'], trust);
  return when(createWebSocketStream(webSocket), webSocket, 'open');
}

function when(stream: Duplex, emitter: NodeJS.EventEmitter, event: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    emitter.once(event, () => {
      stream.off('error', reject);
      stream.on('error', () => undefined);
      resolve(stream);
    });
  });
}

export interface ConnectOver {
  readonly clientId?: string;
  readonly userName?: string;
  readonly password?: string;
  readonly keepalive?: number;
  readonly clean?: boolean;
  readonly will?: { topic: string; payload: string; retain: boolean; qos: 0 | 1 | 2 };
}

export function connectPacket(device: Device, over: ConnectOver = {}): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: over.clientId ?? device.id,
    username: over.userName ?? device.id,
    password: Buffer.from(over.password ?? device.secret),
    keepalive: over.keepalive ?? 60,
    clean: over.clean ?? true,
    ...(over.will === undefined ? {} : { will: { ...over.will, payload: Buffer.from(over.will.payload) } }),
  });
}

export function publishPacket(
  topic: string,
  payload: string | Buffer,
  over: { qos?: 0 | 1 | 2; id?: number; retain?: boolean } = {},
): Buffer {
  const qos = over.qos ?? 1;
  return generate({
    cmd: 'publish',
    topic,
    payload,
    qos,
    retain: over.retain ?? false,
    dup: false,
    ...(qos === 0 ? {} : { messageId: over.id ?? 1 }),
  });
}

/** MQTT spoken byte by byte, so that a test decides what goes out when. */
export class RawClient {
  readonly stream: Duplex;
  readonly packets: Packet[] = [];
  closed = false;
  #wake: (() => void)[] = [];

  constructor(stream: Duplex) {
    this.stream = stream;
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => {
      this.packets.push(packet);
      this.#notify();
    });
    stream.on('data', (chunk: Buffer) => packets.parse(chunk));
    stream.on('close', () => this.#ended());
    stream.on('end', () => this.#ended());
  }

  static async open(harness: BrokerHarness, transport: Transport = 'mqtt'): Promise<RawClient> {
    return new RawClient(await openStream(transport, harness.broker.addresses()[transport]!, harness.ca));
  }

  /** Connected and logged in. */
  static async login(harness: BrokerHarness, device: Device, transport: Transport = 'mqtt', over: ConnectOver = {}): Promise<RawClient> {
    const client = await RawClient.open(harness, transport);
    client.stream.write(connectPacket(device, over));
    const connack = await client.expect('connack');
    if (connack.returnCode !== 0) throw new Error(`CONNACK ${connack.returnCode}`);
    return client;
  }

  write(bytes: Buffer): void {
    this.stream.write(bytes);
  }

  count(cmd: Packet['cmd']): number {
    return this.packets.filter((packet) => packet.cmd === cmd).length;
  }

  /** The first packet of this type that was not taken yet. */
  async expect<C extends Packet['cmd']>(cmd: C, limitMs = 40_000): Promise<Extract<Packet, { cmd: C }>> {
    const end = performance.now() + limitMs;
    for (;;) {
      const at = this.packets.findIndex((packet) => packet.cmd === cmd);
      if (at >= 0) return this.packets.splice(at, 1)[0] as Extract<Packet, { cmd: C }>;
      if (this.closed) throw new Error(`closed before ${cmd}`);
      await this.#change(end, cmd);
    }
  }

  async untilClosed(limitMs = 40_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!this.closed) await this.#change(end, 'close');
  }

  close(): void {
    this.stream.destroy();
  }

  async #change(end: number, what: string): Promise<void> {
    const left = end - performance.now();
    if (left <= 0) throw new Error(`no ${what} in time`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #ended(): void {
    this.closed = true;
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

export interface Ran {
  /** null: it was still running when the time was over, and was ended. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs mosquitto_pub or mosquitto_sub: somebody else's client, which knows nothing of us.
 * @throws Error that names Debian's package when the program is not installed
 */
export function mosquitto(program: 'mosquitto_pub' | 'mosquitto_sub', args: readonly string[], limitMs = 20_000): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === 'ENOENT';
      reject(missing ? new Error(`${program} is not installed; install the Debian package mosquitto-clients`) : error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

/** Arguments with which a device logs in. */
export function asDevice(harness: BrokerHarness, device: Device): string[] {
  return ['-h', '127.0.0.1', '-p', String(harness.broker.addresses().mqtt), '-i', device.id, '-u', device.id, '-P', device.secret];
}
