import type { LabwatchError } from '../../../runtime/errors.ts';
import type { Log } from '../../../runtime/log.ts';

/** Says why something does not work: one line when it begins, and again only when the reason is another. */
export class Complaints {
  readonly #log: Log;
  #code: string | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Code of what was said last; undefined since it works. */
  get code(): string | undefined {
    return this.#code;
  }

  say(why: LabwatchError | undefined): void {
    if (why === undefined) return;
    if (why.code === this.#code) this.#log.debug({ code: why.code }, why.message);
    else this.#log.warn({ code: why.code }, why.line());
    this.#code = why.code;
  }

  /** It works. */
  over(): void {
    this.#code = undefined;
  }
}
