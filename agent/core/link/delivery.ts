import type { UpKind } from '../../../protocol/topics.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Outbox, OutboxMessage } from '../outbox/outbox.ts';

/** Messages that may be out without an acknowledgement of the collector. While it does not acknowledge, the agent holds the rest. */
export const WINDOW = 16;
/** An unanswered resend waits twice as long for the next, up to this. */
const LONGEST_ACK_WAIT_MS = 600_000;

/**
 * Brings the outbox to the collector over one connection: in order, paced, at most 16 unacknowledged at a time (one, until the
 * outbox is proven to be no older copy of itself). What is not
 * acknowledged in time is sent again, byte for byte, after a fresh presence. Made anew for every connection.
 */
export class Delivery {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #random: () => number;
  #rate: number;
  readonly #ackTimeoutMs: number;
  readonly #publish: (kind: UpKind, bytes: Uint8Array) => void;
  readonly #presence: () => void;
  readonly #silent: () => void;
  /** Sent and not acknowledged: sequence number and when (mono). */
  readonly #awaiting = new Map<number, number>();
  /** Read from the outbox, marked as published, waiting for their turn. */
  #turn: OutboxMessage[] = [];
  #cursor = 0;
  #nextAt = 0;
  #ackWait: number;
  #paceTimer: Timer | undefined;
  #ackTimer: Timer | undefined;
  #stopped = false;

  constructor(options: {
    outbox: Outbox;
    clock: Clock;
    random: () => number;
    /** Messages a second, on average. */
    rate: number;
    ackTimeoutMs: number;
    /** How long the first message in turn waits. Default 0. */
    startAfterMs?: number;
    publish: (kind: UpKind, bytes: Uint8Array) => void;
    presence: () => void;
    /** No acknowledgement came in time. */
    silent: () => void;
  }) {
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#rate = options.rate;
    this.#ackTimeoutMs = options.ackTimeoutMs;
    this.#nextAt = options.clock.mono() + (options.startAfterMs ?? 0);
    this.#ackWait = options.ackTimeoutMs;
    this.#publish = options.publish;
    this.#presence = options.presence;
    this.#silent = options.silent;
  }

  /** Messages a second, on average. */
  set rate(rate: number) {
    this.#rate = rate;
  }

  /** Sends one message out of turn: the birth, which tells the collector where the stream now begins. */
  ahead(seq: number): void {
    const message = this.#outbox.one(seq);
    if (message === undefined || this.#stopped) return;
    this.#outbox.markPublished([seq]);
    this.#send(message);
  }

  /** Sends what may be sent. To be called after every append. */
  pump(): void {
    if (this.#stopped || this.#paceTimer !== undefined) return;
    if (this.#turn.length === 0) this.#fill();
    const message = this.#turn[0];
    if (message === undefined) return;
    const wait = this.#nextAt - this.#clock.mono();
    if (wait > 0) {
      this.#paceTimer = this.#clock.after(wait, () => {
        this.#paceTimer = undefined;
        this.pump();
      });
      return;
    }
    this.#turn.shift();
    this.#send(message);
    this.pump();
  }

  /** The collector stored everything up to `seq`; the outbox has forgotten it. */
  acknowledged(seq: number): void {
    let progress = false;
    for (const each of this.#awaiting.keys()) if (each <= seq) progress = this.#awaiting.delete(each) || progress;
    this.#turn = this.#turn.filter((message) => message.seq > seq);
    this.#cursor = Math.max(this.#cursor, seq);
    if (progress) this.#ackWait = this.#ackTimeoutMs;
    this.#armAck();
    this.pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#paceTimer?.cancel();
    this.#ackTimer?.cancel();
  }

  #fill(): void {
    const room = (this.#outbox.proven ? WINDOW : 1) - this.#awaiting.size;
    if (room <= 0) return;
    const next = this.#outbox.after(this.#cursor, room);
    if (next.length === 0) return;
    this.#cursor = next.at(-1)!.seq;
    this.#turn = next.filter((message) => !this.#awaiting.has(message.seq));
    this.#outbox.markPublished(this.#turn.map((message) => message.seq));
    if (this.#turn.length === 0) this.#fill();
  }

  #send(message: OutboxMessage): void {
    const now = this.#clock.mono();
    this.#nextAt = Math.max(this.#nextAt, now) + (1000 / this.#rate) * (0.5 + this.#random());
    this.#awaiting.set(message.seq, now);
    this.#publish(message.kind, message.bytes);
    if (this.#ackTimer === undefined) this.#armAck();
  }

  #armAck(): void {
    this.#ackTimer?.cancel();
    this.#ackTimer = undefined;
    if (this.#stopped || this.#awaiting.size === 0) return;
    const oldest = Math.min(...this.#awaiting.values());
    this.#ackTimer = this.#clock.after(Math.max(0, oldest + this.#ackWait - this.#clock.mono()), () => {
      this.#ackTimer = undefined;
      this.#resend();
    });
  }

  /** The oldest first: if one was lost on the way, the collector cannot acknowledge those behind it. */
  #resend(): void {
    if (this.#stopped) return;
    const again = Array.from(this.#awaiting.keys())
      .toSorted((a, b) => a - b)
      .map((seq) => this.#outbox.one(seq))
      .filter((message) => message !== undefined);
    const gone = new Set(again.map((message) => message.seq));
    for (const seq of this.#awaiting.keys()) if (!gone.has(seq)) this.#awaiting.delete(seq);
    this.#ackWait = Math.min(LONGEST_ACK_WAIT_MS, this.#ackWait * 2);
    if (again.length > 0) {
      this.#silent();
      this.#presence();
      const waiting = new Set(this.#turn.map((message) => message.seq));
      this.#turn = [...again.filter((message) => !waiting.has(message.seq)), ...this.#turn];
      // Until they have had their turn again they count as just sent.
      for (const message of again) this.#awaiting.set(message.seq, this.#clock.mono());
    }
    this.#armAck();
    this.pump();
  }
}
