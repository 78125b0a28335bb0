/** Counters by reason, for `agent status`. Names come from closed lists, never from what somebody sent. */
export class Counts {
  readonly #values = new Map<string, number>();

  add(name: string, by = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#values);
  }
}
