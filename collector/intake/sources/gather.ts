import { Backoff, pause } from '../../model/backoff.ts';
import type { BatchHandler, GatherOptions, IncomingMessage } from '../../ports/message-source.ts';

export const GATHER_DEFAULTS: GatherOptions = { maxBatch: 500, bound: 2_000, retry: { first: 100, most: 10_000 } };

interface Waiting {
  readonly message: IncomingMessage;
  readonly done: () => void;
  readonly abandoned: () => void;
}

/**
 * What both sources share: messages gather while a batch is under way, one batch at a time is offered until the handler
 * takes it, and only then is told to those who wait. Order of arrival is kept.
 */
export class Gather {
  readonly #handler: BatchHandler;
  readonly #options: GatherOptions;
  readonly #stopping = new AbortController();
  readonly #roomWaiters: (() => void)[] = [];
  readonly #waiting: Waiting[] = [];
  #underWay: Promise<void> | undefined;

  constructor(handler: BatchHandler, options: GatherOptions = GATHER_DEFAULTS) {
    this.#handler = handler;
    this.#options = options;
  }

  get full(): boolean {
    return this.#waiting.length >= this.#options.bound;
  }

  /** Resolves when there is room again, or when the gathering stops. */
  room(): Promise<void> {
    if (!this.full || this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** @param durable called once the message is stored or refused for good; `abandoned` instead, when stop() came first */
  add(message: IncomingMessage, durable: () => void, abandoned: () => void = () => undefined): void {
    if (this.#stopping.signal.aborted) return abandoned();
    this.#waiting.push({ message, done: durable, abandoned });
    this.#underWay ??= this.#run();
  }

  /** Lets the batch under way end if its handler does; what still waits stays unacknowledged. */
  async stop(graceMs = 5_000): Promise<void> {
    this.#stopping.abort();
    for (const { abandoned } of this.#waiting.splice(0)) abandoned();
    this.#letIn();
    const enough = new AbortController();
    await Promise.race([this.#underWay, pause(graceMs, enough.signal)]);
    enough.abort();
  }

  async #run(): Promise<void> {
    // What the broker hands over in this turn of the event loop belongs together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#waiting.splice(0, this.#options.maxBatch);
      if (!this.full) this.#letIn();
      const taken = await this.#offer(batch.map((each) => each.message));
      for (const { done, abandoned } of batch) (taken ? done : abandoned)();
    }
    this.#underWay = undefined;
  }

  #letIn(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
  }

  /** The same batch again and again until it is taken. @returns false when it was given up because of stop() */
  async #offer(batch: readonly IncomingMessage[]): Promise<boolean> {
    const backoff = new Backoff(this.#options.retry);
    const { signal } = this.#stopping;
    for (;;) {
      try {
        await this.#handler(batch);
        return true;
      } catch {
        // The handler has said why; here it only matters that the batch is not stored.
        if (signal.aborted) return false;
        await pause(backoff.next(), signal);
        if (signal.aborted) return false;
      }
    }
  }
}
