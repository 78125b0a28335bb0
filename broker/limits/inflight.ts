/**
 * Messages of each device that were handed over and are not stored yet. Kept by device, not by connection: a device that
 * reconnects while its messages wait must not be able to pile up more of them.
 */
export class Inflight {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  room(device: string): number {
    return Math.max(0, this.#limit - (this.#counts.get(device) ?? 0));
  }

  begin(device: string): void {
    this.#counts.set(device, (this.#counts.get(device) ?? 0) + 1);
  }

  end(device: string): void {
    const left = (this.#counts.get(device) ?? 0) - 1;
    if (left > 0) this.#counts.set(device, left);
    else this.#counts.delete(device);
  }

  get total(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }
}
