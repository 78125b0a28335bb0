import type { CredentialsLedger } from '../../ledger/index.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';

/** A ledger query takes so many devices at most. */
const CHUNK = 500;

export interface WatchOptions {
  readonly credentials: Pick<CredentialsLedger, 'noLongerValid'>;
  readonly connected: () => readonly { readonly device: string; readonly connectedAt: number }[];
  readonly drop: (device: string) => void;
  readonly onError: (error: unknown) => void;
  readonly everyMs: number;
}

/** Asks the ledger again and again whether the secrets of connected devices still work, and drops those whose do not. */
export class CredentialWatch implements Lifecycle {
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #running = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#next();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #next(): void {
    if (!this.#running) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#check().finally(() => this.#next());
    }, this.#options.everyMs);
  }

  async #check(): Promise<void> {
    const { connected, credentials, drop, onError } = this.#options;
    const all = connected();
    try {
      for (let at = 0; at < all.length && this.#running; at += CHUNK) {
        for (const device of await credentials.noLongerValid(all.slice(at, at + CHUNK))) drop(device);
      }
    } catch (error) {
      onError(error);
    }
  }
}
