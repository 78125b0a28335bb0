import type { Id } from '../../ledger/index.ts';

export type ChangeListener = (devices: readonly Id[]) => void;

/**
 * Tells who is interested which devices changed: intake publishes after each committed batch, the HTTP interface passes it
 * on as server-sent events. In one process only; a listener that throws harms neither the publisher nor its neighbours.
 */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();

  /** @param devices ids whose state changed; an empty list is not told */
  publish(devices: readonly Id[]): void {
    if (devices.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(devices);
      } catch {
        // A page that cannot be told must not stop the storing of reports.
      }
    }
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
