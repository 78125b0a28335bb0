import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { decode, encode } from '../../protocol/decode.ts';
import { isPacked, PACKING_1, unpack } from '../../protocol/packing.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { isUpKind, parseTopic, topicOf, type UpKind } from '../../protocol/topics.ts';
import { COMPRESSION } from '../core/link/compression.ts';

/** A message as the broker got it, unpacked. */
export interface Received {
  readonly device: string;
  readonly kind: UpKind;
  readonly text: string;
  readonly message: Payloads[UpKind];
  readonly retain: boolean;
  readonly packed: boolean;
}

/**
 * For tests: a real broker (aedes) on loopback with the part of a collector that an agent can feel: it stores sequence numbers
 * and acknowledges the highest one below which nothing is missing.
 */
export class TestingCollector {
  readonly received: Received[] = [];
  /** Contiguous sequence number of every stream. */
  readonly contiguous = new Map<string, number>();
  readonly #stored = new Map<string, Set<number>>();
  readonly subscriptions: string[] = [];
  /** Bytes of every packet that came in, in order; after a packed one its text too. */
  readonly bytes: Buffer[] = [];
  secret: string | undefined;
  acknowledges = true;
  /** Knows packed payloads, and says so. */
  readsPacked = true;
  connections = 0;
  port = 0;
  #broker: Aedes | undefined;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  async start(): Promise<void> {
    const broker = await Aedes.createBroker();
    this.#broker = broker;
    broker.authenticate = (client: Client, user, password, done) => {
      this.connections += 1;
      const good = this.secret === undefined || (user === client.id && password?.toString() === this.secret);
      if (good) done(null, true);
      // Without an error of its own, aedes answers CONNACK return code 5, not authorized.
      else done(null, false);
    };
    broker.on('subscribe', (list) => this.subscriptions.push(...list.map(({ topic }) => topic)));
    // Acknowledged to the device only after this was done, as our own broker does for its collector.
    broker.authorizePublish = (_client, packet, done) => {
      this.#take(packet.topic, packet.payload as Buffer, packet.retain);
      done(null);
    };
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.prependListener('data', (chunk: Buffer) => this.bytes.push(chunk));
      broker.handle(socket);
    });
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as { port: number }).port;
  }

  /** As kill -9 does: every line is cut, nothing is said. The port is kept for the next start. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) {
      server.close();
      await once(server, 'close');
    }
    await new Promise<void>((resolve) => {
      if (this.#broker === undefined) resolve();
      else this.#broker.close(() => resolve());
    });
    this.#broker = undefined;
  }

  /** Cuts the lines of all devices, and goes on. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  of<K extends UpKind>(kind: K): Payloads[K][] {
    return this.received.filter((each) => each.kind === kind).map((each) => each.message as Payloads[K]);
  }

  /** Down to one device. */
  async send(device: string, kind: 'ack' | 'config' | 'command', payload: Uint8Array, retain = false): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#broker?.publish(
        { cmd: 'publish', dup: false, qos: 1, retain, topic: topicOf(device, kind), payload: Buffer.from(payload) },
        () => resolve(),
      );
    });
  }

  /** As with another ledger: of every stream only what it had stored up to `seq` is known. */
  forget(seq: number): void {
    for (const stream of this.contiguous.keys()) this.contiguous.set(stream, seq);
    this.#stored.clear();
  }

  async acknowledge(device: string, stream: string, seq: number): Promise<void> {
    await this.send(
      device,
      'ack',
      encode('ack', { v: 1, stream, seq, at: Date.now(), ...(this.readsPacked ? { packing: PACKING_1 } : {}) }),
    );
  }

  #take(topic: string, sent: Buffer, retain: boolean): void {
    const packed = this.readsPacked && isPacked(sent);
    const payload = packed ? Buffer.from(unpack(sent, COMPRESSION)!) : sent;
    if (packed) this.bytes.push(payload);
    const { device, kind } = parseTopic(topic) ?? { device: '', kind: '' };
    if (!isUpKind(kind)) throw new Error(`a device said ${topic}`);
    const decoded = decode(kind, payload);
    if (!decoded.ok) throw new Error(`a device sent a ${kind} that is ${decoded.code}: ${decoded.detail}`);
    const message = decoded.message as Payloads[UpKind];
    this.received.push({ device, kind, text: payload.toString('utf8'), message, retain, packed });
    if (kind === 'presence' || !this.acknowledges) return;
    const { stream, seq } = message;
    const stored = this.#stored.get(stream) ?? new Set();
    this.#stored.set(stream, stored.add(seq));
    let contiguous = this.contiguous.get(stream) ?? 0;
    if (kind === 'birth') contiguous = Math.max(contiguous, (message as Payloads['birth']).oldest - 1);
    while (stored.has(contiguous + 1)) contiguous += 1;
    this.contiguous.set(stream, contiguous);
    void this.acknowledge(device, stream, contiguous);
  }
}

/** Waits for a condition; slow machines get all the time they need. */
export async function until(what: string, holds: () => boolean, timeoutMs = 45_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
