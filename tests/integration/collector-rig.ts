import mqtt, { type MqttClient } from 'mqtt';
import { type Collector, collectorSettings, createCollector } from '../../collector/main.ts';
import { decode, encode } from '../../protocol/decode.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { topicOf } from '../../protocol/topics.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { until } from '../tools/programs.ts';
import type { Mosquitto } from './collector-mosquitto.ts';
import { Outbox, type School } from './collector-school.ts';

/** A real collector over MQTT, on ports of its own. */
export interface RunningCollector {
  readonly collector: Collector;
  readonly metrics: Metrics;
  readonly ready: () => Promise<{ status: number; text: string }>;
  readonly stop: () => Promise<void>;
}

export async function startCollector(school: School, broker: Mosquitto, flags: readonly string[] = []): Promise<RunningCollector> {
  const argv = ['--home', school.home, '--http-port', '0', '--mqtt-url', broker.url, ...flags];
  const { values } = loadSettings(collectorSettings, { argv, env: {}, sections: [] });
  const metrics = new Metrics();
  const collector = createCollector({ settings: values, ledger: school.ledger, log: silentLog, metrics });
  await collector.start();
  const ready = async (): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${collector.addresses().http}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  return { collector, metrics, ready, stop: () => collector.stop() };
}

/** A device that keeps what is not acknowledged and sends it again, as the contract says. */
export class Sender {
  readonly outbox: Outbox;
  /** Every report ever made, by sequence number. */
  readonly made = new Map<number, Payloads['report']>();
  acknowledged = 0;
  readonly #client: MqttClient;
  readonly #again: NodeJS.Timeout;

  private constructor(client: MqttClient, outbox: Outbox) {
    this.#client = client;
    this.outbox = outbox;
    client.on('message', (_topic, payload) => {
      const ack = decode('ack', payload);
      if (!ack.ok) throw new Error(`a bad ack: ${ack.detail}`);
      if (ack.message.stream === outbox.stream) this.acknowledged = Math.max(this.acknowledged, ack.message.seq);
    });
    this.#again = setInterval(() => this.#sendAgain(), 1_000);
  }

  static async start(broker: Mosquitto, device: string): Promise<Sender> {
    const client = await mqtt.connectAsync(broker.url, { clientId: device, username: device });
    await client.subscribeAsync(topicOf(device, 'ack'), { qos: 1 });
    const sender = new Sender(client, new Outbox(device, Date.now() - 90 * 86_400_000));
    sender.#publish('presence', sender.outbox.presence(Date.now()));
    return sender;
  }

  /** One report of one minute in the past; each call goes a minute further back, so that windows never meet. */
  report(cpu: number): void {
    const n = this.made.size;
    const start = Math.floor(Date.now() / 60_000 - 600 - n) * 60_000;
    const metrics = { cpu: { min: 0, mean: cpu / 2, max: cpu }, disk: 40 + (n % 10) };
    const report = { ...this.outbox.report(start, '1', n % 3 === 0 ? '1' : '0', { metrics }), boot: 'f'.repeat(16) };
    this.made.set(report.seq, report);
    this.#publish('report', report);
  }

  get waiting(): number {
    return this.made.size - this.acknowledged;
  }

  async allAcknowledged(): Promise<void> {
    await until(`the acknowledgement of ${this.made.size} reports, ${this.acknowledged} are`, () => this.waiting === 0);
  }

  async stop(): Promise<void> {
    clearInterval(this.#again);
    await this.#client.endAsync(true);
  }

  #sendAgain(): void {
    for (const [seq, report] of this.made) if (seq > this.acknowledged) this.#publish('report', report);
  }

  #publish<K extends 'report' | 'presence'>(kind: K, payload: Payloads[K]): void {
    this.#client.publish(topicOf(this.outbox.device, kind), Buffer.from(encode(kind, payload)), { qos: 1 });
  }
}

/** Until nothing waits for the time-series store. */
export async function drained(school: School): Promise<void> {
  await until('an empty spool', async () => (await school.ledger.spool.size()).rows === 0);
}
