import type { Clock, Timer } from '../../platform/clock.ts';

const EVERY_MS = 3_600_000;
/** Longer than two reports are apart. */
const WAITS_MS = 400_000;

/** Says presence every hour. It waits for the next message, with which it goes out in one piece at no extra cost, but not for long. */
export class PresenceBeat {
  readonly #clock: Clock;
  readonly #publish: () => void;
  #timer: Timer | undefined;
  #due = false;

  constructor(clock: Clock, publish: () => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** It was said just now. */
  said(): void {
    this.#due = false;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(EVERY_MS, () => {
      this.#due = true;
      this.#timer = this.#clock.after(WAITS_MS, () => this.say());
    });
  }

  say(): void {
    this.said();
    this.#publish();
  }

  /** A message goes out. */
  accompany(): void {
    if (this.#due) this.say();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#due = false;
  }
}
