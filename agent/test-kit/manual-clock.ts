import type { Clock, Timer } from '../platform/clock.ts';

interface Waiting {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that a test turns. Timers run in order of their time, each with the clocks standing there. */
export class ManualClock implements Clock {
  #wall: number;
  #mono: number;
  readonly #waiting = new Set<Waiting>();

  constructor(wall = 1_795_000_000_000, mono = 100_000) {
    this.#wall = wall;
    this.#mono = mono;
  }

  now(): number {
    return this.#wall;
  }

  mono(): number {
    return this.#mono;
  }

  after(ms: number, run: () => void): Timer {
    const waiting = { due: this.#mono + Math.max(1, Math.ceil(ms)), run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** The machine boots: the monotonic clock begins anew. */
  restart(): void {
    this.#mono = 0;
  }

  get timers(): number {
    return this.#waiting.size;
  }

  /** Lets time pass; between two timers everything that was resolved gets its turn. */
  async pass(ms: number): Promise<void> {
    const until = this.#mono + ms;
    for (;;) {
      await settle();
      const [next] = Array.from(this.#waiting).toSorted((a, b) => a.due - b.due);
      if (next === undefined || next.due > until) break;
      this.#waiting.delete(next);
      this.#move(Math.max(0, next.due - this.#mono));
      next.run();
    }
    this.#move(until - this.#mono);
    await settle();
  }

  /** The machine sleeps: time passes, timers do not. */
  sleep(ms: number): void {
    for (const waiting of Array.from(this.#waiting)) {
      this.#waiting.delete(waiting);
      this.#waiting.add({ due: waiting.due + ms, run: waiting.run });
    }
    this.#move(ms);
  }

  /** Somebody sets the wall clock. */
  set(wall: number): void {
    this.#wall = wall;
  }

  #move(ms: number): void {
    this.#wall += ms;
    this.#mono += ms;
  }
}

/** Several turns of the event loop. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
