/**
 * Exponential back-off with full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015): the wait is
 * uniform between half a second and a ceiling that doubles from 2 s to 5 min. It starts over only after a connection has
 * lasted a minute, so a line that comes and goes does not hammer the broker, and a school that gets its power back does not
 * knock in step.
 */
export const LEAST_WAIT_MS = 500;
export const FIRST_CEILING_MS = 2_000;
export const LONGEST_WAIT_MS = 300_000;
export const LASTED_MS = 60_000;

export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** `random` as Math.random. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Failures since the last connection that lasted. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_CEILING_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return Math.round(LEAST_WAIT_MS + this.#random() * (ceiling - LEAST_WAIT_MS));
  }

  /** Somebody must act before it can work: half of the longest wait to the whole of it. */
  slow(): number {
    this.#failures += 1;
    return Math.round(LONGEST_WAIT_MS / 2 + this.#random() * (LONGEST_WAIT_MS / 2));
  }

  /** A connection is over that lasted so long. */
  ended(lastedMs: number): void {
    if (lastedMs >= LASTED_MS) this.#failures = 0;
  }
}
