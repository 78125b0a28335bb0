import type { Duplex } from 'node:stream';
import type { Refusal } from '../refusals/catalogue.ts';
import { CLIENT_TYPES, CONNECT, Framer, PUBLISH } from './framer.ts';
import { TokenBucket } from './token-bucket.ts';

/** The shortest sleep of a slowed connection: letting a few packets through at a time costs fewer timers. */
const MIN_WAIT_MS = 100;

export interface GateOptions {
  readonly maxPacket: number;
  /** Closes the connection. */
  readonly refuse: (reason: Refusal) => void;
  readonly onPacket: () => void;
}

/** Limits that begin once the client is known. */
export interface ReadyLimits {
  readonly rate: number;
  readonly burst: number;
  readonly patienceMs: number;
  /** How many more PUBLISH packets may be handed over now. */
  readonly room: () => number;
}

/**
 * Stands between a connection and aedes by replacing the stream's `read()`, and does three things there.
 *
 * It drains: since Node 26 `readable.read()` returns one chunk per call, and aedes calls it once per `readable` event, so on
 * TLS and WebSocket the second chunk would lie there for ever. Ours returns everything there is, in one piece.
 *
 * It looks at fixed headers, so a packet that is too large, or no MQTT at all, is refused before it is kept anywhere.
 *
 * It holds back: nothing after CONNECT until the client is known, then as fast as its rate and its unstored messages allow.
 * What is held stays in the stream, whose high-water mark stops the reading, and TCP slows the sender.
 */
export class Gate {
  readonly #stream: Duplex;
  readonly #options: GateOptions;
  readonly #framer: Framer;
  readonly #rawRead: (size?: number) => Buffer | null;
  #phase: 'new' | 'connecting' | 'ready' | 'closed' = 'new';
  #limits: ReadyLimits | undefined;
  #bucket: TokenBucket | undefined;
  #rest: Buffer | undefined;
  #room = Number.POSITIVE_INFINITY;
  #held = false;
  #throttled = false;
  #slowSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, options: GateOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#framer = new Framer(options.maxPacket);
    this.#rawRead = stream.read.bind(stream) as (size?: number) => Buffer | null;
  }

  /** From now on `stream.read()` is ours. */
  install(): void {
    this.#stream.read = (size?: number): Buffer | null => (size === undefined || size === null ? this.#read() : this.#rawRead(size));
  }

  /** The client is known: what it sent meanwhile may pass. Without limits (a program of our own) it is never slowed. */
  open(limits?: ReadyLimits): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'ready';
    this.#limits = limits;
    if (limits !== undefined) this.#bucket = new TokenBucket(limits, performance.now());
    this.#wake();
  }

  /** There may be room again. */
  kick(): void {
    if (this.#held) this.#wake();
  }

  close(): void {
    this.#phase = 'closed';
    this.#rest = undefined;
    clearTimeout(this.#timer);
  }

  #wake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stream.emit('readable');
  }

  #read(): Buffer | null {
    if (this.#phase === 'closed') return null;
    this.#held = false;
    this.#throttled = false;
    this.#room = this.#limits?.room() ?? Number.POSITIVE_INFINITY;
    const parts: Buffer[] = [];
    for (let chunk = this.#next(); chunk !== null; chunk = this.#next()) {
      const framed = this.#framer.feed(chunk, this.#decide);
      if ('refusal' in framed) {
        this.#options.refuse(framed.refusal);
        return null;
      }
      if (framed.passed > 0) parts.push(chunk.subarray(0, framed.passed));
      if (framed.passed < chunk.length) {
        this.#rest = chunk.subarray(framed.passed);
        break;
      }
    }
    this.#afterRead();
    if (parts.length === 0) return null;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #next(): Buffer | null {
    const chunk = this.#rest ?? this.#rawRead();
    this.#rest = undefined;
    return chunk;
  }

  readonly #decide = (type: number): 'pass' | 'hold' | Refusal => {
    if (this.#phase === 'new') {
      if (type !== CONNECT) return 'not-mqtt';
      this.#phase = 'connecting';
    } else if (this.#phase === 'connecting') {
      return this.#hold();
    } else {
      if (!CLIENT_TYPES.has(type)) return 'malformed';
      if (type === PUBLISH && this.#room <= 0) return this.#hold();
      if (this.#bucket?.take(performance.now()) === false) return this.#throttle();
      if (type === PUBLISH) this.#room -= 1;
    }
    this.#options.onPacket();
    return 'pass';
  };

  #hold(): 'hold' {
    this.#held = true;
    return 'hold';
  }

  #throttle(): 'hold' | Refusal {
    const now = performance.now();
    this.#throttled = true;
    this.#slowSince ??= now;
    if (now - this.#slowSince > this.#limits!.patienceMs) return 'message-rate';
    this.#timer ??= setTimeout(() => this.#wake(), Math.max(MIN_WAIT_MS, this.#bucket!.waitMs(now)));
    return 'hold';
  }

  /** Patience starts anew once everything that came has passed. */
  #afterRead(): void {
    if (!this.#throttled && !this.#held) this.#slowSince = undefined;
  }
}
