import type { Clock } from '../../platform/clock.ts';

const WITHIN_MS = 600_000;
const TIMES = 3;
/** Two machines under one id take turns: each is thrown out when the other's pause is over, which is five minutes at most. */
const SHORT_MS = 330_000;

/**
 * Notices that another machine takes the line: the broker ends a connection that had been let in, three times in ten minutes, and lets the
 * next one in at once. A broker that is restarted, or a line that breaks, makes attempts fail in between.
 */
export class Takeovers {
  readonly #clock: Clock;
  #ends: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The broker closed a connection that had stood for so long. @returns whether it looks like a takeover for the third time */
  ended(lastedMs: number): boolean {
    const now = this.#clock.mono();
    if (lastedMs >= SHORT_MS) this.#ends = [];
    else this.#ends = [...this.#ends.filter((at) => now - at < WITHIN_MS), now];
    if (this.#ends.length < TIMES) return false;
    this.#ends = [];
    return true;
  }

  /** The broker was not there, or the line broke: that explains it. */
  explained(): void {
    this.#ends = [];
  }
}
