import type { Instant } from '../../ledger/index.ts';
import { SKEW_LIMIT_MS } from './clock.ts';

/**
 * Notices that the collector's own wall clock was set, by what the machine's uptime says beside it. What was learned of other
 * clocks before that was learned by a wrong one.
 */
export class OwnClock {
  readonly #uptime: () => number;
  #last: { readonly now: Instant; readonly up: number } | undefined;

  /** @param uptime milliseconds since some fixed moment, sleep included */
  constructor(uptime: () => number) {
    this.#uptime = uptime;
  }

  /** @returns by how many milliseconds the clock was set since the last look; 0 when that is too little to matter */
  look(now: Instant): number {
    const up = this.#uptime();
    const before = this.#last;
    this.#last = { now, up };
    if (before === undefined) return 0;
    const step = now - before.now - (up - before.up);
    return Math.abs(step) > SKEW_LIMIT_MS ? Math.round(step) : 0;
  }
}
