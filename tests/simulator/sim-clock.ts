import type { Clock, Timer } from '../../agent/platform/clock.ts';

interface Waiting {
  readonly due: number;
  readonly run: () => void;
}

/** The time of the simulated world: it goes on by itself, as fast as ours, and can be moved on. Timers wait for what is moved. */
export class SimClock {
  #ahead: number;
  readonly #waiting = new Set<Waiting>();

  constructor(start: number) {
    this.#ahead = start - Date.now();
  }

  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Moves the world on; nothing runs. */
  skip(ms: number): void {
    this.#ahead += ms;
  }

  /** Runs what is due by now, in its order. */
  ring(): void {
    const due = [...this.#waiting].filter((each) => each.due <= this.now()).toSorted((a, b) => a.due - b.due);
    for (const each of due) {
      this.#waiting.delete(each);
      each.run();
    }
  }

  /** The clock of one machine that was started now. */
  boot(): Clock & { pending(): number } {
    const bootAt = this.now();
    const own = new Set<Waiting>();
    return {
      now: () => this.now(),
      mono: () => this.now() - bootAt,
      after: (ms: number, run: () => void): Timer => {
        const waiting: Waiting = {
          due: this.now() + ms,
          run: () => {
            own.delete(waiting);
            run();
          },
        };
        own.add(waiting);
        this.#waiting.add(waiting);
        return {
          cancel: () => {
            own.delete(waiting);
            this.#waiting.delete(waiting);
          },
        };
      },
      pending: () => own.size,
    };
  }
}
