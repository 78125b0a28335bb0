import type { Log } from '../../runtime/log.ts';

/** Says a trouble once when it begins or changes, again every five minutes while it lasts, and once when it is over. */
export class RepeatedWarning {
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #now: () => number;
  #said: string | undefined;
  #saidAt = 0;

  constructor(log: Log, options: { everyMs?: number; now?: () => number } = {}) {
    this.#log = log;
    this.#everyMs = options.everyMs ?? 300_000;
    this.#now = options.now ?? Date.now;
  }

  /** @param line what is wrong, in one line; equal lines are the same trouble */
  trouble(line: string): void {
    const now = this.#now();
    if (line === this.#said && now - this.#saidAt < this.#everyMs) return;
    this.#said = line;
    this.#saidAt = now;
    this.#log.warn(line);
  }

  over(line: string): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    this.#log.info(line);
  }
}
