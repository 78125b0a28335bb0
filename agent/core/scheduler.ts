import type { Clock, Timer } from '../platform/clock.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';

/** After the mark, so that a timer that fires a little early does not tick twice. */
const AFTER_MARK_MS = 20;

/**
 * One timer loop: a tick at every multiple of the interval of the wall clock, which has a tick at every end of a minute.
 * A tick that takes longer than the interval swallows the marks it covered. The next mark is found anew after each tick, so a
 * clock that is set costs at most one interval.
 */
export class Scheduler implements Lifecycle {
  readonly #clock: Clock;
  #intervalMs: number;
  readonly #tick: () => Promise<void>;
  readonly #log: Log;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  /** `intervalSeconds` divides 60. */
  constructor(options: { clock: Clock; intervalSeconds: number; tick: () => Promise<void>; log: Log }) {
    this.#clock = options.clock;
    this.#intervalMs = options.intervalSeconds * 1000;
    this.#tick = options.tick;
    this.#log = options.log;
  }

  /** Divides 60; holds from the next tick on. */
  set intervalSeconds(seconds: number) {
    this.#intervalMs = seconds * 1000;
  }

  async start(): Promise<void> {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#arm();
  }

  /** Waits for a tick that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #arm(): void {
    const now = this.#clock.now();
    const wait = this.#intervalMs - (((now % this.#intervalMs) + this.#intervalMs) % this.#intervalMs);
    this.#timer = this.#clock.after(wait + AFTER_MARK_MS, () => {
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#tick();
    } catch (error) {
      this.#log.error({ err: error }, 'a tick failed');
    }
    if (!this.#stopped) this.#arm();
  }
}
