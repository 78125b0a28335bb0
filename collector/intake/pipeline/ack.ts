import type { Id } from '../../../ledger/index.ts';
import { encode } from '../../../protocol/decode.ts';
import { PROTOCOL_VERSION } from '../../../protocol/envelope.ts';
import { pack, PACKING_1 } from '../../../protocol/packing.ts';
import { topicOf } from '../../../protocol/topics.ts';
import type { Counter, Metrics } from '../../../runtime/metrics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MessageSource } from '../../ports/message-source.ts';
import { COMPRESSION } from '../compression.ts';

/** Everything of the stream up to `contiguous` is on disk. */
export interface Acknowledgement {
  readonly device: Id;
  readonly stream: Id;
  readonly contiguous: number;
  /** The device packs what it says, and so can read what is packed. */
  readonly packed?: boolean;
}

/** More than this under way means that nobody takes them; devices send again what stays unacknowledged. */
const MOST_UNDER_WAY = 20_000;

/**
 * Publishes acknowledgements without waiting for them: a device that does not read must not hold up the others. One that is
 * lost costs nothing, because the device sends again and is acknowledged again. 0 is told too: nothing may be forgotten, and a
 * device whose stream begins later learns that this ledger does not know it (a new or restored one).
 */
export class Acknowledger {
  readonly #publish: MessageSource['publish'];
  readonly #clock: Clock;
  readonly #counter: Counter;
  #underWay = 0;

  constructor(options: { publish: MessageSource['publish']; clock: Clock; metrics: Metrics }) {
    this.#publish = options.publish;
    this.#clock = options.clock;
    this.#counter = options.metrics.counter('labwatch_intake_acknowledgements_total', 'Acknowledgements by what became of them.');
  }

  send(acknowledgements: readonly Acknowledgement[]): void {
    for (const { device, stream, contiguous, packed = false } of acknowledgements) {
      if (this.#underWay >= MOST_UNDER_WAY) {
        this.#counter.add({ outcome: 'skipped' });
        continue;
      }
      const ack = { v: PROTOCOL_VERSION, stream, seq: contiguous, at: this.#clock.now() } as const;
      // A device that does not pack yet is told that it may.
      const payload = packed ? pack(encode('ack', ack), COMPRESSION) : encode('ack', { ...ack, packing: PACKING_1 });
      this.#underWay++;
      this.#publish(topicOf(device, 'ack'), payload, { retain: false }).then(
        () => this.#settled('sent'),
        () => this.#settled('failed'),
      );
    }
  }

  #settled(outcome: 'sent' | 'failed'): void {
    this.#underWay--;
    this.#counter.add({ outcome });
  }
}
