import type { Ledger } from '../../ledger/index.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { RepeatedWarning } from '../model/repeated-warning.ts';
import type { Clock } from '../ports/clock.ts';
import { type Health, HEALTHY } from '../ports/health.ts';

export interface SpoolBounds {
  readonly rows: number;
  readonly bytes: number;
  /** Free bytes that must stay on the disk of the ledger. */
  readonly freeBytes: number;
}

/** Room is given again when the spool has fallen to this part of its bounds, so that it does not open and shut by the row. */
const REOPEN = 0.9;

interface Reading {
  readonly rows: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly free: number | null;
  readonly dead: number;
  readonly parked: number;
}

/**
 * Watches the spool: past a bound the collector takes nothing more, because what is acknowledged must be kept and there
 * would soon be no place for it. The devices keep their reports meanwhile.
 */
export class SpoolGuard implements Lifecycle {
  readonly #ledger: Pick<Ledger, 'spool' | 'freeBytes'>;
  readonly #bounds: SpoolBounds;
  readonly #everyMs: number;
  readonly #warning: RepeatedWarning;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #last: Reading | undefined;
  #shut: string | undefined;

  constructor(options: {
    ledger: Pick<Ledger, 'spool' | 'freeBytes'>;
    bounds: SpoolBounds;
    metrics: Metrics;
    clock: Clock;
    log: Log;
    everyMs?: number;
  }) {
    const { metrics, clock } = options;
    this.#ledger = options.ledger;
    this.#bounds = options.bounds;
    this.#everyMs = options.everyMs ?? 1_000;
    this.#warning = new RepeatedWarning(options.log);
    metrics.gauge('labwatch_spool_rows', 'Lines waiting for the time-series store.', () => this.#last?.rows);
    metrics.gauge('labwatch_spool_bytes', 'Bytes of those lines.', () => this.#last?.bytes);
    metrics.gauge('labwatch_spool_oldest_age_seconds', 'Age of the oldest of those lines; 0 when there is none.', () => {
      if (this.#last === undefined) return undefined;
      return this.#last.oldest === null ? 0 : Math.max(0, (clock.now() - this.#last.oldest) / 1000);
    });
    metrics.gauge('labwatch_spool_full', '1 while nothing is taken because the spool has reached a bound.', () =>
      this.#shut === undefined ? 0 : 1,
    );
    metrics.gauge('labwatch_spool_dead_letters', 'Lines the time-series store refused for good.', () => this.#last?.dead);
    metrics.gauge(
      'labwatch_parked_messages',
      'Messages refused and set aside so far; the newest of them are kept.',
      () => this.#last?.parked,
    );
  }

  async start(): Promise<void> {
    await this.look();
    this.#timer ??= setInterval(() => void this.look(), this.#everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#looking;
  }

  /** Whether there is room for more. */
  health(): Health {
    return this.#shut === undefined ? HEALTHY : { ready: false, reason: this.#shut };
  }

  /** Measures now. A ledger that does not answer changes nothing: the batch itself will meet that error. */
  async look(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #measure(): Promise<void> {
    try {
      const [size, counts, free] = [await this.#ledger.spool.size(), await this.#ledger.spool.counts(), await this.#ledger.freeBytes()];
      this.#last = { ...size, ...counts, free };
    } catch {
      return;
    }
    const why = this.#over(this.#last, this.#shut === undefined ? 1 : REOPEN);
    this.#shut = why;
    if (why !== undefined) this.#warning.trouble(`${why}. Nothing is acknowledged until it drains; devices keep their reports.`);
    else this.#warning.over('the spool has room again');
  }

  #over({ rows, bytes, free }: Reading, part: number): string | undefined {
    const bounds = this.#bounds;
    if (rows >= bounds.rows * part) return `the spool holds ${rows} lines, the bound is ${bounds.rows}`;
    if (bytes >= bounds.bytes * part) return `the spool holds ${mebibytes(bytes)}, the bound is ${mebibytes(bounds.bytes)}`;
    if (free !== null && free < bounds.freeBytes / part)
      return `the disk of the ledger has ${mebibytes(free)} left, ${mebibytes(bounds.freeBytes)} must stay free`;
    return undefined;
  }
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`;
