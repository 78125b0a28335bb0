import { type Clock, systemClock } from '../../../ports/clock.ts';
import { type Health, HEALTHY } from '../../../ports/health.ts';
import type { BatchHandler, EmbeddedBroker, GatherOptions, MessageSource } from '../../../ports/message-source.ts';
import { Gather, GATHER_DEFAULTS } from '../gather.ts';

/**
 * The broker in the same process. Its promise per message holds the PUBACK and the reading of that client back, so the
 * number of waiting messages is bounded by the number of clients.
 */
export class EmbeddedSource implements MessageSource {
  readonly #broker: EmbeddedBroker;
  readonly #clock: Clock;
  readonly #options: GatherOptions;
  #handler: BatchHandler | undefined;
  #gather: Gather | undefined;
  #listening = false;

  constructor(broker: EmbeddedBroker, options: { clock?: Clock; gather?: GatherOptions } = {}) {
    this.#broker = broker;
    this.#clock = options.clock ?? systemClock;
    this.#options = options.gather ?? GATHER_DEFAULTS;
  }

  onBatch(handler: BatchHandler): void {
    this.#handler = handler;
  }

  async start(): Promise<void> {
    if (this.#handler === undefined) throw new Error('onBatch() comes before start()');
    this.#gather ??= new Gather(this.#handler, this.#options);
    if (this.#listening) return;
    this.#listening = true;
    this.#broker.onMessage((message) => this.#take(message));
  }

  async stop(): Promise<void> {
    const gather = this.#gather;
    this.#gather = undefined;
    await gather?.stop();
  }

  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void> {
    return this.#broker.publish(topic, payload, options);
  }

  health(): Health {
    return this.#gather === undefined ? { ready: false, reason: 'the collector takes no messages yet' } : HEALTHY;
  }

  #take(message: { topic: string; payload: Uint8Array; retain: boolean }): Promise<void> {
    const gather = this.#gather;
    // Nobody stores now: the broker gives no PUBACK, and the device sends it again.
    const refused = new Error('the collector takes no messages now');
    if (gather === undefined) return Promise.reject(refused);
    const { topic, payload } = message;
    return new Promise((resolve, reject) => {
      gather.add({ topic, payload, retained: false, receivedAt: this.#clock.now() }, resolve, () => reject(refused));
    });
  }
}
