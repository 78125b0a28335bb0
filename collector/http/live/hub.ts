import type { Id } from '../../../ledger/index.ts';
import type { Log } from '../../../runtime/log.ts';
import { SILENCE_MS } from '../../judgement/connection.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DeviceSummary } from '../schemas/device.ts';

/** A page that watches. */
export interface LiveStream {
  /** Session or token it was opened with: it closes with the session. */
  readonly owner: string;
  /** Sends an event, or nothing but a heartbeat. A stream that is too slow ends itself. */
  send(event: string, data: unknown): void;
  heartbeat(): void;
  /** Is the session still valid? */
  allowed(): Promise<boolean>;
  end(): void;
}

export interface LiveHubOptions {
  readonly subscribe: (listener: (devices: readonly Id[]) => void) => () => void;
  readonly summaries: (ids: readonly Id[]) => Promise<DeviceSummary[]>;
  readonly clock: Clock;
  readonly log: Log;
  /** Most streams at once. */
  readonly most: number;
}

/** At most one event a second for a device. */
const COALESCE_MS = 1000;
const HEARTBEAT_MS = 15_000;
/** Devices read for one event round; the rest follow in the next. */
const MOST_PER_ROUND = 500;
/** Streams of one session or token. */
const MOST_OF_ONE = 20;

/**
 * Passes changes of devices on to every open stream. A device that changes often is told once a second; one that falls
 * silent is told too, although nothing changed in the ledger.
 */
export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #changed = new Set<Id>();
  /** When a device that is online will count as silent unless it is heard again. */
  readonly #silentAt = new Map<Id, number>();
  #round: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #lastRound = -Infinity;
  #busy = false;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe ??= this.#options.subscribe((devices) => this.#note(devices));
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    clearTimeout(this.#round);
    this.#round = undefined;
    this.#changed.clear();
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  get size(): number {
    return this.#streams.size;
  }

  /** @returns false when there are too many already */
  add(stream: LiveStream): boolean {
    if (this.#streams.size >= this.#options.most) return false;
    // One login must not take the places of all others; a browser opens one for each page.
    if ([...this.#streams].filter(({ owner }) => owner === stream.owner).length >= MOST_OF_ONE) return false;
    this.#streams.add(stream);
    return true;
  }

  remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#silentAt.clear();
  }

  /** The session ended: so do its streams. */
  closeStreamsOf(owner: string): void {
    for (const stream of this.#streams) if (stream.owner === owner) this.#close(stream);
  }

  #close(stream: LiveStream): void {
    this.remove(stream);
    stream.end();
  }

  #note(devices: readonly Id[]): void {
    // Nobody watches: whoever comes reads the list first.
    if (this.#streams.size === 0) return;
    for (const id of devices) this.#changed.add(id);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#round !== undefined || this.#busy || this.#changed.size === 0) return;
    const wait = Math.max(0, this.#lastRound + COALESCE_MS - performance.now());
    this.#round = setTimeout(() => {
      this.#round = undefined;
      void this.#tell();
    }, wait).unref();
  }

  async #tell(): Promise<void> {
    this.#busy = true;
    this.#lastRound = performance.now();
    const ids = [...this.#changed].slice(0, MOST_PER_ROUND);
    for (const id of ids) this.#changed.delete(id);
    try {
      for (const summary of await this.#options.summaries(ids)) {
        this.#watch(summary);
        for (const stream of this.#streams) stream.send('device', summary);
      }
    } catch (error) {
      this.#options.log.warn({ err: error }, 'live update failed; pages catch up with the next one');
    } finally {
      this.#busy = false;
      this.#schedule();
    }
  }

  #watch(summary: DeviceSummary): void {
    if (summary.state === 'online' && summary.lastSeen !== null)
      this.#silentAt.set(summary.id, Date.parse(summary.lastSeen) + SILENCE_MS + 1000);
    else this.#silentAt.delete(summary.id);
  }

  #beat(): void {
    const now = this.#options.clock.now();
    const due = [...this.#silentAt].filter(([, at]) => at < now).map(([id]) => id);
    for (const id of due) this.#silentAt.delete(id);
    this.#note(due);
    for (const stream of this.#streams) {
      stream.heartbeat();
      void this.#check(stream);
    }
  }

  async #check(stream: LiveStream): Promise<void> {
    try {
      if (!(await stream.allowed())) this.#close(stream);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the session of a stream could not be checked');
    }
  }
}
