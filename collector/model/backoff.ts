/**
 * Pauses between attempts: doubling from `first` up to `most` ms, each with a random part of a half, so that those who
 * failed together do not come back together.
 */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  #failures = 0;

  constructor(options: { first: number; most: number }) {
    this.#first = options.first;
    this.#most = options.most;
  }

  /** How many times in a row. */
  get failures(): number {
    return this.#failures;
  }

  next(random: () => number = Math.random): number {
    const full = Math.min(this.#most, this.#first * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return full / 2 + (random() * full) / 2;
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** Waits, or less when the signal fires. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
