import { AsyncLocalStorage } from 'node:async_hooks';

/** One holder at a time, first come, first served. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  readonly #holder = new AsyncLocalStorage<{ holds: boolean }>();

  /** @returns what lets the next one in; call it once */
  async lock(): Promise<() => void> {
    // Whoever holds it and asks again would wait for itself, and the whole process with it.
    if (this.#holder.getStore()?.holds === true) throw new Error('inside a batch only the transaction handed over may be used');
    const before = this.#tail;
    let release!: () => void;
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.lock();
    const mark = { holds: true };
    try {
      return await this.#holder.run(mark, work);
    } finally {
      mark.holds = false;
      release();
    }
  }
}
