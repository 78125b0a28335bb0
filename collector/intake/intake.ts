import type { Ledger } from '../../ledger/index.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { pause } from '../model/backoff.ts';
import type { ChangeFeed } from '../model/change-feed.ts';
import { RepeatedWarning } from '../model/repeated-warning.ts';
import type { Clock } from '../ports/clock.ts';
import { type Health, HEALTHY } from '../ports/health.ts';
import type { IncomingMessage, MessageSource } from '../ports/message-source.ts';
import { DECODERS } from './decoders/index.ts';
import { Acknowledger } from './pipeline/ack.ts';
import { Pipeline } from './pipeline/pipeline.ts';

export interface IntakeOptions {
  readonly source: MessageSource;
  readonly ledger: Pick<Ledger, 'intake'>;
  readonly changes: ChangeFeed;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Whether the spool has room for more; while it has none, nothing is taken and nothing acknowledged. */
  readonly room: () => Health;
  /** Called after each commit. */
  readonly committed: () => void;
}

/** How often a batch that waits for room in the spool looks again. */
const LOOK_AGAIN_MS = 200;

/** From a message source through the pipeline into the ledger, and the acknowledgement back. */
export class Intake implements Lifecycle {
  readonly #options: IntakeOptions;
  readonly #pipeline: Pipeline;
  readonly #acknowledger: Acknowledger;
  readonly #warning: RepeatedWarning;
  readonly #refusals: ReturnType<Metrics['counter']>;
  #stopping = new AbortController();
  #ledgerTrouble: string | undefined;

  constructor(options: IntakeOptions) {
    const { source, ledger, clock, metrics, log } = options;
    this.#options = options;
    this.#pipeline = new Pipeline({ ledger: ledger.intake, decoders: DECODERS, clock, metrics, log });
    this.#acknowledger = new Acknowledger({ publish: source.publish.bind(source), clock, metrics });
    this.#warning = new RepeatedWarning(log);
    this.#refusals = metrics.counter('labwatch_intake_batches_held_total', 'Batches not taken at once, by why (ledger, spool).');
    source.onBatch((messages) => this.#take(messages));
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController();
    await this.#options.source.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#options.source.stop();
  }

  /** The source, and whether the ledger took the last batch. */
  health(): readonly (Health & { readonly name: string })[] {
    const storing = this.#ledgerTrouble === undefined ? HEALTHY : { ready: false, reason: this.#ledgerTrouble };
    return [
      { name: 'messages', ...this.#options.source.health() },
      { name: 'intake', ...storing },
    ];
  }

  async #take(messages: readonly IncomingMessage[]): Promise<void> {
    await this.#untilRoom();
    try {
      const { acknowledgements, changed } = await this.#pipeline.handle(messages);
      this.#ledgerTrouble = undefined;
      this.#warning.over('the ledger takes reports again');
      this.#acknowledger.send(acknowledgements);
      this.#options.committed();
      this.#options.changes.publish(changed);
    } catch (error) {
      this.#refusals.add({ why: 'ledger' });
      this.#ledgerTrouble = `the ledger does not take reports: ${(error as Error).message}`;
      this.#warning.trouble(`${this.#ledgerTrouble}. Nothing is acknowledged until it does; devices keep their reports.`);
      throw error;
    }
  }

  async #untilRoom(): Promise<void> {
    let room = this.#options.room();
    if (room.ready) return;
    this.#refusals.add({ why: 'spool' });
    const { signal } = this.#stopping;
    while (!room.ready) {
      if (signal.aborted) throw new Error('stopping');
      await pause(LOOK_AGAIN_MS, signal);
      room = this.#options.room();
    }
  }
}
