import type { SpoolLedger, SpoolRow } from '../../ledger/index.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Counter, Metrics } from '../../runtime/metrics.ts';
import { Backoff, pause } from '../model/backoff.ts';
import { RepeatedWarning } from '../model/repeated-warning.ts';
import type { Clock } from '../ports/clock.ts';
import { type Health, HEALTHY } from '../ports/health.ts';
import { RetryLater, type SeriesStore } from '../ports/series-store.ts';

export interface DrainOptions {
  readonly spool: Pick<SpoolLedger, 'peek' | 'settle'>;
  readonly store: Pick<SeriesStore, 'name' | 'write'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Most lines of one write. */
  readonly batch?: number;
  /** First and longest pause after a failure, ms. */
  readonly retry?: { readonly first: number; readonly most: number };
  /** How long lines gather after the first of them, ms. */
  readonly gatherMs?: number;
}

/** Another process may have filled the spool without telling us. */
const LOOK_EVERY_MS = 2_000;

/**
 * Moves the spool to the time-series store: the oldest lines, one write, and only when it resolved are they taken away. One
 * write at a time, so two batches never change places. What the store refuses for good goes to the dead letters with its
 * reason; for the rest the same lines are offered again for ever.
 */
export class Drain implements Lifecycle {
  readonly #options: DrainOptions;
  readonly #warning: RepeatedWarning;
  readonly #written: Counter;
  readonly #failures: Counter;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: AbortController = new AbortController();
  #nudged = false;
  #trouble: string | undefined;
  /** The store took the last thing it was offered. */
  #proved = false;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#warning = new RepeatedWarning(options.log);
    this.#written = options.metrics.counter(
      'labwatch_series_lines_total',
      'Lines by what the time-series store did with them (stored, rejected).',
    );
    this.#failures = options.metrics.counter('labwatch_series_write_failures_total', 'Writes that must be tried again.');
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Lets the write under way end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    this.#running = undefined;
  }

  /** There is something in the spool. */
  nudge(): void {
    this.#nudged = true;
    this.#wake.abort();
  }

  health(): Health {
    return this.#trouble === undefined ? HEALTHY : { ready: false, reason: this.#trouble };
  }

  async #run(stopping: AbortSignal): Promise<void> {
    const backoff = new Backoff(this.#options.retry ?? { first: 200, most: 30_000 });
    while (!stopping.aborted) {
      try {
        const moved = await this.#once();
        backoff.reset();
        if (moved === 0) await this.#idle(stopping);
      } catch (error) {
        this.#failed(error);
        await pause(backoff.next(), stopping);
      }
    }
  }

  /** One attempt. @returns how many lines left the spool */
  async #once(): Promise<number> {
    const { spool, store, clock, batch } = this.#options;
    const rows = await spool.peek(batch ?? 5_000);
    if (rows.length === 0) return this.#prove();
    const { rejected } = await store.write(rows.map((row) => row.line));
    const reasons = new Map(rejected.map(({ index, reason }) => [index, reason]));
    const stored = rows.filter((_, index) => !reasons.has(index)).map((row) => row.id);
    await spool.settle(stored, deadLetters(rows, reasons), clock.now());
    this.#settled(stored.length, rejected);
    return rows.length;
  }

  /**
   * With nothing to write, an empty batch is offered until the store has taken something: a wrong password is told at the
   * start and not at the first report, and a store that is back is seen to be back.
   */
  async #prove(): Promise<number> {
    if (!this.#proved) {
      await this.#options.store.write([]);
      this.#settled(0, []);
    }
    return 0;
  }

  #settled(stored: number, rejected: readonly { readonly reason: string }[]): void {
    this.#trouble = undefined;
    this.#proved = true;
    this.#warning.over(`the time-series store (${this.#options.store.name}) takes lines again`);
    if (stored > 0) this.#written.add({ outcome: 'stored' }, stored);
    if (rejected.length === 0) return;
    this.#written.add({ outcome: 'rejected' }, rejected.length);
    this.#options.log.warn(
      { lines: rejected.length, reason: rejected[0]!.reason },
      'the time-series store refused lines for good; see the dead letters',
    );
  }

  #failed(error: unknown): void {
    this.#failures.add();
    this.#proved = false;
    const { name } = this.#options.store;
    if (error instanceof RetryLater) this.#trouble = `time-series store (${name}): ${error.message}`;
    else this.#trouble = `time-series store (${name}): unexpected: ${(error as Error).message}`;
    this.#warning.trouble(`${this.#trouble}. The lines wait in the spool; nothing is lost.`);
  }

  /** Until there is something to do, plus a moment for more to gather. */
  async #idle(stopping: AbortSignal): Promise<void> {
    if (!this.#nudged) {
      this.#wake = new AbortController();
      await pause(LOOK_EVERY_MS, this.#wake.signal);
    }
    this.#nudged = false;
    await pause(this.#options.gatherMs ?? 100, stopping);
  }
}

function deadLetters(rows: readonly SpoolRow[], reasons: ReadonlyMap<number, string>): { id: number; reason: string }[] {
  return [...reasons].map(([index, reason]) => ({ id: rows[index]!.id, reason }));
}
