import { connectAsync, type MqttClient } from 'mqtt';
import { newId } from '../../runtime/ids.ts';
import { decode, encode } from '../../protocol/decode.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { downTopicsOf, topicOf } from '../../protocol/topics.ts';
import { until } from '../tools/programs.ts';

type Kept = 'birth' | 'report' | 'inventory' | 'security' | 'event';
type Body<K extends Kept> = Omit<Payloads[K], 'v' | 'stream' | 'seq' | 'first' | 'at' | 'boot' | 'mono'>;

/** A device played by a test: it speaks the contract over a real line, and says only what the test gives it. */
export class PlayedDevice {
  readonly device: string;
  readonly #client: MqttClient;
  readonly #stream = newId();
  readonly #boot: string;
  readonly #bootAt: number;
  #seq = 0;
  /** Highest sequence number the collector acknowledged. */
  acknowledged = 0;

  private constructor(device: string, client: MqttClient, bootAt: number) {
    this.device = device;
    this.#client = client;
    this.#bootAt = bootAt;
    this.#boot = device.slice(0, 16).replaceAll(/[^0-9a-f]/g, '0');
    client.on('message', (topic, payload) => {
      const ack = topic === topicOf(device, 'ack') ? decode('ack', payload) : undefined;
      if (ack?.ok === true && ack.message.stream === this.#stream) this.acknowledged = ack.message.seq;
    });
  }

  static async connect(options: { url: string; device: string; secret: string; bootAt?: number }): Promise<PlayedDevice> {
    const { url, device, secret } = options;
    const client = await connectAsync(url, {
      username: device,
      clientId: device,
      password: secret,
      clean: true,
      reconnectPeriod: 0,
      protocolVersion: 4,
    });
    const played = new PlayedDevice(device, client, options.bootAt ?? Date.now() - 3_600_000);
    await client.subscribeAsync(downTopicsOf(device), { qos: 1 });
    await played.presence(true, 'connected');
    return played;
  }

  #clocks(): { at: number; boot: string; mono: number } {
    const at = Date.now();
    return { at, boot: this.#boot, mono: at - this.#bootAt };
  }

  async presence(online: boolean, reason: Payloads['presence']['reason']): Promise<void> {
    const message = { v: 1, stream: this.#stream, seq: 0, ...this.#clocks(), online, reason } as const;
    await this.#client.publishAsync(topicOf(this.device, 'presence'), Buffer.from(encode('presence', message)), { qos: 1, retain: true });
  }

  /** Sends one message and waits until the collector says it is stored. */
  async say<K extends Kept>(kind: K, body: Body<K>): Promise<void> {
    this.#seq += 1;
    const seq = this.#seq;
    const message = { v: 1, stream: this.#stream, seq, ...this.#clocks(), ...body } as unknown as Payloads[K];
    await this.#client.publishAsync(topicOf(this.device, kind), Buffer.from(encode(kind, message)), { qos: 1 });
    await until(`the acknowledgement of ${kind} ${seq}`, () => this.acknowledged >= seq);
  }

  async leave(reason: 'stopped' | 'shutdown'): Promise<void> {
    await this.presence(false, reason);
    await this.#client.endAsync();
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
