import type { Lifecycle } from '../../runtime/lifecycle.ts';
import { VERSION } from '../../runtime/version.ts';
import type { Traffic } from './traffic.ts';

/** Names as Mosquitto has them (mosquitto(8), "Broker status"), so that what people have for it reads ours too. */
export const SYS_ROOT = '$SYS/broker';

export interface SysState {
  /** Logged-in clients, now and at most. */
  readonly connected: number;
  readonly maximum: number;
  readonly subscriptions: number;
  readonly retained: number;
}

/** One topic under SYS_ROOT and what it says. */
type SysTopic = readonly [name: string, value: string];

export function sysTopics(state: SysState, traffic: Traffic, uptimeSeconds: number): SysTopic[] {
  const packets = traffic.packets();
  const bytes = traffic.bytes();
  return [
    ['version', `labwatch ${VERSION}`],
    ['uptime', `${uptimeSeconds} seconds`],
    ['clients/connected', String(state.connected)],
    ['clients/maximum', String(state.maximum)],
    ['messages/received', String(packets.received)],
    ['messages/sent', String(packets.sent)],
    ['publish/messages/received', String(packets.publishReceived)],
    ['publish/messages/sent', String(packets.publishSent)],
    ['bytes/received', String(bytes.received)],
    ['bytes/sent', String(bytes.sent)],
    ['subscriptions/count', String(state.subscriptions)],
    ['retained messages/count', String(state.retained)],
  ];
}

export interface SysOptions {
  readonly everyMs: number;
  readonly traffic: Traffic;
  readonly state: () => SysState;
  readonly publish: (packet: { topic: string; payload: Buffer; retain: boolean }) => void;
}

/** Publishes the topics above at an interval, retained, each when it has changed. */
export class SysPublisher implements Lifecycle {
  readonly #options: SysOptions;
  readonly #said = new Map<string, string>();
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SysOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#startedAt = performance.now();
    this.#say();
    this.#timer = setInterval(() => this.#say(), this.#options.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }

  #say(): void {
    const { state, traffic, publish } = this.#options;
    for (const [name, value] of sysTopics(state(), traffic, Math.floor((performance.now() - this.#startedAt) / 1000))) {
      if (this.#said.get(name) === value) continue;
      this.#said.set(name, value);
      publish({ topic: `${SYS_ROOT}/${name}`, payload: Buffer.from(value), retain: true });
    }
  }
}
