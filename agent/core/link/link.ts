import { type DecodedConfig, decodeConfig } from '../../../protocol/config.ts';
import { decode, encode } from '../../../protocol/decode.ts';
import type { SettingKey } from '../../../protocol/device-settings.ts';
import { PROTOCOL_VERSION } from '../../../protocol/envelope.ts';
import { type Compression, isPacked, pack, unpack } from '../../../protocol/packing.ts';
import type { Ack, Command, Config, Presence } from '../../../protocol/payloads/index.ts';
import type { DownKind } from '../../../protocol/topics.ts';
import type { LabwatchError } from '../../../runtime/errors.ts';
import type { Lifecycle } from '../../../runtime/lifecycle.ts';
import type { Log } from '../../../runtime/log.ts';
import type { Credentials } from '../../identity/credentials.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Counts } from '../counts.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { Delivery } from './delivery.ts';

/** After a longer absence the collector is told anew who this is. */
const BIRTH_AFTER_MS = 600_000;
const PRESENCE_EVERY_MS = 3_600_000;
/** Longer than two reports are apart. */
const PRESENCE_WAITS_MS = 400_000;
const GOODBYE_MS = 2_000;
/** What the collector misses and will never get is told no more often than this. */
const HOLE_BIRTH_EVERY_MS = 60_000;

export interface LinkOptions {
  readonly credentials: Credentials;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly counts: Counts;
  readonly boot: string;
  /** How payloads are packed. Default: they are not. */
  readonly compression?: Compression;
  readonly replayRate: number;
  readonly ackTimeoutMs: number;
  /** Default: a minute; see HOLE_BIRTH_EVERY_MS. */
  readonly holeBirthEveryMs?: number;
  /** Puts a birth into the outbox. @returns its sequence number, unless the disk is full */
  readonly birth: () => number | undefined;
  /** `bad`: settings left out of it because their value does not fit. */
  readonly onConfig: (config: Config, bad: readonly SettingKey[]) => void;
  readonly onCommand: (command: Command) => void;
  /** The broker refuses the secret. @returns fresh credentials, or undefined when there is no way to get some */
  readonly onRefused: () => Promise<Credentials | undefined>;
  /** Another machine takes the line again and again. @returns credentials to go on with, or undefined to stay as it is */
  readonly onDuplicate?: () => Promise<Credentials | undefined>;
  /** Default: a Backoff of its own. */
  readonly backoff?: Pick<Backoff, 'next' | 'slow' | 'ended'>;
}

export interface LinkStatus {
  readonly state: 'connected' | 'connecting' | 'waiting' | 'stopped';
  /** Monotonic, ms. */
  readonly since: number;
  /** Code of the last error, until the next connection. */
  readonly error?: string;
  /** Clock of the collector less ours at the last acknowledgement, ms. */
  readonly serverAhead?: number;
}

/**
 * Keeps one connection to the broker and brings the outbox through it. Reconnects with its own back-off, for ever; says why in
 * one line when the reason changes, not at every attempt.
 */
export class Link implements Lifecycle {
  readonly #o: LinkOptions;
  readonly #backoff: Pick<Backoff, 'next' | 'slow' | 'ended'>;
  #credentials: Credentials;
  #connection: Connection | undefined;
  #delivery: Delivery | undefined;
  #timer: Timer | undefined;
  #presenceTimer: Timer | undefined;
  #state: LinkStatus['state'] = 'stopped';
  #since = 0;
  #saidError: string | undefined;
  #leftAt: number | undefined;
  #bornWithDrops: number | undefined;
  #bornAt = 0;
  #serverAhead: number | undefined;
  #rate: number | undefined;
  /** The collector said that it reads packed payloads. */
  #packs = false;
  #presenceDue = false;

  constructor(options: LinkOptions) {
    this.#o = options;
    this.#credentials = options.credentials;
    this.#backoff = options.backoff ?? new Backoff(options.random);
  }

  async start(): Promise<void> {
    if (this.#state === 'stopped') this.#open();
  }

  async stop(reason: 'stopped' | 'shutdown' = 'stopped'): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#timer?.cancel();
    if (this.#connection?.ready === true) await this.#drained();
    this.#become('stopped');
    this.#endDelivery();
    await this.#connection?.close(reason, GOODBYE_MS);
    this.#connection?.drop();
    this.#connection = undefined;
  }

  /** Messages a second, instead of the option. */
  set replayRate(rate: number) {
    this.#rate = rate;
    if (this.#delivery !== undefined) this.#delivery.rate = rate;
  }

  /** Something was put into the outbox. */
  pump(): void {
    this.#delivery?.pump();
  }

  /** The machine slept: the line may be dead, and nobody would know for a minute and a half. */
  wake(): void {
    if (this.#state === 'connected') this.#connection?.drop();
  }

  status(): LinkStatus {
    return {
      state: this.#state,
      since: this.#since,
      ...(this.#saidError === undefined ? {} : { error: this.#saidError }),
      ...(this.#serverAhead === undefined ? {} : { serverAhead: this.#serverAhead }),
    };
  }

  #become(state: LinkStatus['state']): void {
    this.#state = state;
    this.#since = this.#o.clock.mono();
  }

  #open(): void {
    this.#become('connecting');
    this.#connection = new Connection({
      credentials: this.#credentials,
      presence: (online, reason) => this.#presence(online, reason),
      clock: this.#o.clock,
      pack: (bytes) => this.#pack(bytes),
      events: {
        onReady: () => this.#onReady(),
        onMessage: (kind, bytes) => this.#onMessage(kind, bytes),
        onOver: (why) => this.#onOver(why),
      },
    });
    this.#connection.open();
  }

  #presence(online: boolean, reason: Presence['reason']): Uint8Array {
    const { clock, outbox, boot } = this.#o;
    const place = { v: PROTOCOL_VERSION, stream: outbox.stream, seq: 0, boot } as const;
    return encode('presence', { ...place, at: clock.now(), mono: clock.mono(), online, reason });
  }

  #onReady(): void {
    const { outbox, clock, log } = this.#o;
    const away = this.#leftAt === undefined ? undefined : clock.mono() - this.#leftAt;
    this.#become('connected');
    this.#saidError = undefined;
    log.info({ waiting: outbox.size }, 'connected to the broker');
    this.#deliver(away === undefined || away > BIRTH_AFTER_MS || outbox.dropped !== this.#bornWithDrops);
    this.#hourly();
  }

  #deliver(withBirth: boolean): void {
    const { outbox, clock, random, replayRate, ackTimeoutMs } = this.#o;
    const connection = this.#connection;
    this.#delivery?.stop();
    const delivery = new Delivery({
      outbox,
      clock,
      random,
      ackTimeoutMs,
      rate: this.#rate ?? replayRate,
      publish: (kind, bytes) => {
        // In one piece with a message that goes out anyway.
        if (this.#presenceDue) this.#sayPresence();
        connection?.publish(kind, bytes);
      },
      presence: () => this.#sayPresence(),
      silent: () => this.#onSilence(),
    });
    this.#delivery = delivery;
    if (withBirth) this.#giveBirth();
    delivery.pump();
  }

  /** Out of turn: it tells the collector where the stream begins now, so that a hole in it holds nothing up. */
  #giveBirth(): void {
    const seq = this.#o.birth();
    this.#bornWithDrops = this.#o.outbox.dropped;
    this.#bornAt = this.#o.clock.mono();
    if (seq !== undefined) this.#delivery?.ahead(seq);
  }

  /** Every hour; it waits for the next message, which costs nothing extra, but not for long. */
  #hourly(): void {
    this.#presenceDue = false;
    this.#presenceTimer?.cancel();
    this.#presenceTimer = this.#o.clock.after(PRESENCE_EVERY_MS, () => {
      this.#presenceDue = true;
      this.#presenceTimer = this.#o.clock.after(PRESENCE_WAITS_MS, () => this.#sayPresence());
    });
  }

  #sayPresence(): void {
    this.#hourly();
    this.#connection?.publishPresence();
  }

  #pack(bytes: Uint8Array): Uint8Array {
    const { compression } = this.#o;
    return this.#packs && compression !== undefined ? pack(bytes, compression) : bytes;
  }

  /** Another collector may have taken the place of the one that read packed payloads; and the line may be dead. */
  #onSilence(): void {
    this.#packs = false;
    this.#connection?.probe();
  }

  #onMessage(kind: DownKind, bytes: Uint8Array): void {
    const { compression } = this.#o;
    const plain = isPacked(bytes) && compression !== undefined ? unpack(bytes, compression) : undefined;
    const decoded = kind === 'config' ? decodeConfig(bytes) : decode(kind, plain ?? bytes);
    if (!decoded.ok) {
      this.#o.counts.add(`down_${decoded.code.toLowerCase()}`);
      this.#o.log.debug({ kind, code: decoded.code, detail: decoded.detail }, 'a message from the collector was refused');
      return;
    }
    if (kind === 'ack') this.#onAck(decoded.message as Ack);
    else if (kind === 'config') this.#o.onConfig(decoded.message as Config, (decoded as DecodedConfig).bad);
    else this.#o.onCommand(decoded.message as Command);
  }

  #onAck(ack: Ack): void {
    const { outbox, clock, counts, log } = this.#o;
    this.#serverAhead = ack.at - clock.now();
    if (ack.packing !== undefined) this.#packs = true;
    const result = outbox.acknowledge(ack.stream, ack.seq);
    if (result.outcome === 'done') {
      this.#delivery?.acknowledged(ack.seq);
      // What was dropped meanwhile, or what the collector forgot (an older copy of its ledger, or a new one) after this outbox did,
      // leaves a hole that only a birth can explain.
      const hole = outbox.dropped !== this.#bornWithDrops || ack.seq + 1 < outbox.oldest;
      if (hole && clock.mono() - this.#bornAt >= (this.#o.holeBirthEveryMs ?? HOLE_BIRTH_EVERY_MS)) this.#giveBirth();
      return;
    }
    counts.add(`ack_${result.outcome}`);
    if (result.outcome === 'ahead') {
      log.warn({ acknowledged: ack.seq }, 'the outbox is an older copy of itself; its messages begin a new stream');
      outbox.renew();
      this.#deliver(true);
    }
  }

  #endDelivery(): void {
    this.#delivery?.stop();
    this.#delivery = undefined;
    this.#presenceTimer?.cancel();
  }

  #onOver(why: LabwatchError | undefined): void {
    const { clock } = this.#o;
    this.#endDelivery();
    if (this.#state === 'stopped') return;
    if (this.#state === 'connected') {
      this.#backoff.ended(clock.mono() - this.#since);
      this.#leftAt = clock.mono();
    }
    this.#say(why);
    const refused = why?.code === 'AGENT_SECRET_REFUSED';
    this.#become('waiting');
    this.#wait(refused ? this.#backoff.slow() : this.#backoff.next());
    if (refused) void this.#refused();
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#o.clock.after(ms, () => this.#open());
  }

  async #refused(): Promise<void> {
    const fresh = await this.#o.onRefused();
    if (fresh === undefined || this.#state !== 'waiting') return;
    this.#credentials = fresh;
    this.#wait(this.#backoff.next());
  }

  /** One line when it begins, and again only when the reason is another. */
  #say(why: LabwatchError | undefined): void {
    if (why === undefined) return;
    if (why.code === this.#saidError) this.#o.log.debug({ code: why.code }, why.message);
    else this.#o.log.warn({ code: why.code }, why.line());
    this.#saidError = why.code;
  }

  /** Gives what waits a moment to go out and to be acknowledged before the goodbye. */
  async #drained(): Promise<void> {
    const { clock, outbox } = this.#o;
    const until = clock.mono() + GOODBYE_MS;
    while (this.#delivery !== undefined && outbox.size > 0 && clock.mono() < until) {
      const pause = Promise.withResolvers<void>();
      clock.after(20, pause.resolve);
      await pause.promise;
    }
  }
}
