import { connect, type MqttClient } from 'mqtt';
import { encode } from '../../protocol/decode.ts';
import { downTopicsOf, topicOf } from '../../protocol/topics.ts';
import { newId } from '../../runtime/ids.ts';
import type { Clock } from '../../agent/platform/clock.ts';
import type { Credentials } from '../../agent/identity/credentials.ts';

/** So often the line must be taken before the machine asks who it is. */
const TAKEN_OFTEN = 3;
const AGAIN_MS = 15;

/**
 * The line of a simulated machine: it says that it is there, as the contract has it, and connects again when it is cut. It
 * reads and writes no reports.
 */
export class Line {
  readonly #boot: string;
  readonly #clock: Clock;
  readonly #stream = newId();
  readonly #onDuplicate: () => Promise<Credentials | undefined>;
  readonly #onRefused: () => Promise<Credentials | undefined>;
  #credentials: Credentials;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #taken = 0;
  connected = false;
  /** The broker does not take its secret, and nobody could help: it tries again later. */
  waiting = false;

  constructor(options: {
    boot: string;
    clock: Clock;
    credentials: Credentials;
    onDuplicate: () => Promise<Credentials | undefined>;
    onRefused: () => Promise<Credentials | undefined>;
  }) {
    this.#boot = options.boot;
    this.#clock = options.clock;
    this.#credentials = options.credentials;
    this.#onDuplicate = options.onDuplicate;
    this.#onRefused = options.onRefused;
  }

  get device(): string {
    return this.#credentials.device;
  }

  open(): void {
    const { device, secret, broker } = this.#credentials;
    const client = connect(broker.url, {
      clientId: device,
      username: device,
      password: secret,
      protocolVersion: 4,
      reconnectPeriod: 0,
      will: { topic: topicOf(device, 'presence'), payload: this.#presence(false, 'lost'), qos: 1, retain: true },
    });
    this.#client = client;
    let refused = false;
    client.on('error', (error) => (refused ||= [4, 5].includes((error as { code?: number }).code ?? 0)));
    client.on('connect', () => {
      client.publish(topicOf(device, 'presence'), this.#presence(true, 'connected'), { qos: 1, retain: true }, (error) => {
        this.connected ||= client === this.#client && !(error instanceof Error);
      });
      client.subscribe(downTopicsOf(device), { qos: 1 });
    });
    client.once('close', () => void this.#onClose(client, refused));
  }

  /** What it says every few minutes, as far as the server hears that it is there. */
  async say(): Promise<void> {
    if (this.connected)
      await this.#client!.publishAsync(topicOf(this.device, 'presence'), this.#presence(true, 'connected'), { qos: 1, retain: true });
  }

  /** In order: with a goodbye. */
  async close(): Promise<void> {
    this.#stop();
    const client = this.#client;
    if (client === undefined) return;
    if (client.connected)
      await client.publishAsync(topicOf(this.device, 'presence'), this.#presence(false, 'shutdown'), { qos: 1, retain: true });
    client.end(true);
  }

  /** The power is gone: nobody closes the line, and the broker does not know yet. @returns what ends it for good */
  mute(): () => Promise<void> {
    this.#stop();
    const client = this.#client;
    client?.on('error', () => undefined);
    return async () => void client?.stream.destroy();
  }

  #stop(): void {
    this.#closed = true;
    this.connected = false;
    clearTimeout(this.#timer);
  }

  #presence(online: boolean, reason: 'connected' | 'lost' | 'shutdown'): Buffer {
    const place = { v: 1, stream: this.#stream, seq: 0, boot: this.#boot } as const;
    return Buffer.from(encode('presence', { ...place, at: this.#clock.now(), mono: this.#clock.mono(), online, reason }));
  }

  async #onClose(client: MqttClient, refused: boolean): Promise<void> {
    if (this.#closed || client !== this.#client) return;
    const stood = this.connected;
    this.connected = false;
    if (stood) this.#taken += 1;
    const often = this.#taken >= TAKEN_OFTEN;
    const fresh = refused ? await this.#onRefused() : often ? await this.#onDuplicate() : undefined;
    if (often) this.#taken = 0;
    if (fresh !== undefined) this.#credentials = fresh;
    // Refused, and nobody could help: it waits until the world moves on.
    this.waiting = refused && fresh === undefined;
    if (this.waiting) this.#clock.after(300_000, () => this.#again());
    else this.#again();
  }

  #again(): void {
    this.waiting = false;
    if (!this.#closed) this.#timer = setTimeout(() => this.open(), AGAIN_MS + Math.random() * AGAIN_MS);
  }
}
