import type { Clock } from '../../platform/clock.ts';

/** After so long on another way the better ones are tried again. */
const AGAIN_AFTER_MS = 86_400_000;
/** MQTT over TLS at its own port is what school networks close; these are open wherever a browser works. */
const FALLBACKS = [':8084', '/mqtt'] as const;

/** The addresses to try for what the server told, best first. One single mqtts address at its usual port gets WebSocket as a way round. */
export function routesOf(broker: { readonly url: string; readonly urls?: readonly string[] | undefined }): string[] {
  const told = Array.from(new Set([broker.url, ...(broker.urls ?? [])]));
  const [only] = told;
  if (told.length > 1 || only === undefined) return told;
  const { protocol, hostname, port } = new URL(only);
  return protocol === 'mqtts:' && (port === '' || port === '8883') ? [only, ...FALLBACKS.map((end) => `wss://${hostname}${end}`)] : told;
}

/**
 * Which address of the broker to use. They are tried in order; the one that worked is kept, over restarts too, for a day: then the better
 * ones get another chance.
 */
export class Routes {
  readonly #urls: readonly string[];
  readonly #clock: Clock;
  readonly #keep: (note: string) => void;
  #at = 0;
  #tried = 0;
  /** Monotonic: since when a worse one is used; undefined on the best. */
  #worseSince: number | undefined;

  /** `kept`: what `keep` was last given, in this or an earlier run. */
  constructor(options: { urls: readonly string[]; kept: string | undefined; keep: (note: string) => void; clock: Clock }) {
    this.#urls = options.urls;
    this.#clock = options.clock;
    this.#keep = options.keep;
    const [url = '', since] = (options.kept ?? '').split(' ');
    const at = this.#urls.indexOf(url);
    const age = options.clock.now() - Number(since);
    // A clock that was set makes it old.
    if (at > 0 && age >= 0 && age < AGAIN_AFTER_MS) {
      this.#at = at;
      this.#worseSince = options.clock.mono() - age;
    }
  }

  get url(): string {
    return this.#urls[this.#at]!;
  }

  /** The broker was reached this way. */
  worked(): void {
    this.#tried = 0;
    if (this.#at === 0) {
      if (this.#worseSince !== undefined) this.#keep(this.url);
      this.#worseSince = undefined;
      return;
    }
    if (this.#worseSince !== undefined) return;
    this.#worseSince = this.#clock.mono();
    this.#keep(`${this.url} ${this.#clock.now()}`);
  }

  /** The broker was not reached this way. @returns whether another is worth a try at once; else all had their turn */
  failed(): boolean {
    this.#tried += 1;
    this.#at = (this.#at + 1) % this.#urls.length;
    if (this.#at === 0) this.#worseSince = undefined;
    if (this.#tried < this.#urls.length) return true;
    this.#tried = 0;
    return false;
  }

  /** Milliseconds until the better ones are to be tried again; undefined on the best. */
  get again(): number | undefined {
    return this.#worseSince === undefined ? undefined : Math.max(0, this.#worseSince + AGAIN_AFTER_MS - this.#clock.mono());
  }

  /** From the best one on. */
  restart(): void {
    this.#at = 0;
    this.#tried = 0;
    this.#worseSince = undefined;
  }
}
