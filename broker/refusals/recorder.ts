import type { Log } from '../../runtime/log.ts';
import type { Counter, Metrics } from '../../runtime/metrics.ts';
import { REFUSAL_REASONS, REFUSALS, type Refusal } from './catalogue.ts';

const QUIET_MS = 60_000;
const MAX_REMEMBERED = 5_000;

export interface RefusalContext {
  readonly address: string;
  readonly transport: string;
  /** Only an id that has the form of one: what a client put into its user name may be anything, a secret too. */
  readonly device?: string | undefined;
}

/** Counts every refusal by reason and logs it at most once a minute for one reason and address. */
export class RefusalRecorder {
  readonly #counter: Counter;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #quiet = new Map<string, { until: number; unsaid: number }>();

  constructor(options: { metrics: Metrics; log: Log; now?: () => number }) {
    this.#counter = options.metrics.counter('labwatch_broker_refused_total', 'What the broker refused, by reason.');
    for (const reason of REFUSAL_REASONS) this.#counter.add({ reason }, 0);
    this.#log = options.log;
    this.#now = options.now ?? (() => performance.now());
  }

  refuse(reason: Refusal, context: RefusalContext): void {
    this.#counter.add({ reason });
    const key = `${reason} ${context.address}`;
    const now = this.#now();
    const seen = this.#quiet.get(key);
    if (seen !== undefined && seen.until > now) {
      seen.unsaid += 1;
      return;
    }
    // A flood from many addresses must not grow the memory: forgetting them only means a line too many.
    if (this.#quiet.size >= MAX_REMEMBERED) this.#quiet.clear();
    this.#quiet.set(key, { until: now + QUIET_MS, unsaid: 0 });
    this.#log.warn({ reason, ...context, unsaid: seen?.unsaid ?? 0 }, `refused: ${REFUSALS[reason].en}`);
  }

  count(reason: Refusal): number {
    return this.#counter.get({ reason });
  }
}
