import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../runtime/log.ts';
import type { Inflight } from '../limits/inflight.ts';
import type { Embedded, EmbeddedMessage } from './embedded.ts';
import type { SessionRegistry } from './registry.ts';
import type { Session } from './session.ts';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Hands what devices publish to the program in the same process, in order per device, and tells when it is stored. */
export class Delivery {
  readonly #embedded: Embedded;
  readonly #inflight: Inflight;
  readonly #registry: SessionRegistry;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  /** Newest Will of each device that still waits. */
  readonly #wills = new Map<string, EmbeddedMessage>();

  constructor(options: { embedded: Embedded; inflight: Inflight; registry: SessionRegistry; log: Log }) {
    this.#embedded = options.embedded;
    this.#inflight = options.inflight;
    this.#registry = options.registry;
    this.#log = options.log;
  }

  get active(): boolean {
    return this.#embedded.handler !== undefined;
  }

  /** @returns resolves when this message and all before it of this connection are stored; rejects when one could not be */
  store(session: Session, device: string, message: EmbeddedMessage): Promise<unknown> {
    this.#inflight.begin(device);
    const stored = this.#offer(message).finally(() => {
      this.#inflight.end(device);
      this.#registry.device(device)?.gate.kick();
    });
    // A new promise of nothing each time: the values of Promise.all would hold on to all that came before.
    session.tail = Promise.all([session.tail, stored]).then(() => undefined);
    return session.tail;
  }

  /** A Will has no client any more that could send it again: we do. */
  async storeWill(device: string, message: EmbeddedMessage): Promise<void> {
    if (!this.active) return;
    this.#wills.set(device, message);
    for (let wait = FIRST_RETRY_MS; this.#wills.get(device) === message; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        await this.#offer(message);
        break;
      } catch (error) {
        this.#log.warn({ device, why: String(error) }, 'a Will could not be stored; trying again');
      }
      await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => this.#wills.clear());
    }
    if (this.#wills.get(device) === message) this.#wills.delete(device);
  }

  /** The device is back: what its Will had to say is no longer so. */
  forgetWill(device: string): void {
    this.#wills.delete(device);
  }

  stop(): void {
    this.#stopping.abort();
    this.#wills.clear();
  }

  async #offer(message: EmbeddedMessage): Promise<void> {
    await this.#embedded.handler?.(message);
  }
}
