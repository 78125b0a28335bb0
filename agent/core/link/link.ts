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
import { agentFail } from '../../errors.ts';
import type { Credentials } from '../../identity/credentials.ts';
import type { ProxyFor } from '../../net/proxy.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Counts } from '../counts.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { Backoff } from './backoff.ts';
import { Complaints } from './complaints.ts';
import { Connection } from './connection.ts';
import { Delivery } from './delivery.ts';
import { PresenceBeat } from './presence-beat.ts';
import { Routes, routesOf } from './routes.ts';
import { Takeovers } from './takeovers.ts';

/** After a longer absence the collector is told anew who this is. */
const BIRTH_AFTER_MS = 600_000;
const GOODBYE_MS = 2_000;
const ROUTE_SPREAD_MS = 3_600_000;
/** A school day of reports. */
const MANY = 96;
/** A school that comes back does not talk all at once. */
const REPLAY_SPREAD_MS = 30_000;
/** Between two addresses of one broker. */
const NEXT_ROUTE_MS = 500;
/** What the collector misses and will never get is told no more often than this. */
const HOLE_BIRTH_EVERY_MS = 60_000;

/** Errors that another way to the broker may not have. */
const OF_THE_LINE = new Set(['AGENT_BROKER_UNREACHABLE', 'AGENT_CA_WRONG', 'AGENT_CLOCK_WRONG', 'AGENT_PROXY_REFUSED']);

const shown = (url: string): string => `${new URL(url).protocol}//${new URL(url).host}`;

export interface LinkOptions {
  readonly credentials: Credentials;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly counts: Counts;
  readonly boot: string;
  /** Which proxy to go through. Default: none. */
  readonly proxyFor?: ProxyFor;
  /** How long the first connection waits, ms: a lab whose machines are switched on together. Default 0. */
  readonly startDelayMs?: number;
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
  readonly #takeovers: Takeovers;
  readonly #complaints: Complaints;
  readonly #beat: PresenceBeat;
  #credentials: Credentials;
  #routes: Routes;
  #routeTimer: Timer | undefined;
  #saidOutOfTime = false;
  #connection: Connection | undefined;
  #delivery: Delivery | undefined;
  #timer: Timer | undefined;
  #state: LinkStatus['state'] = 'stopped';
  #since = 0;
  #leftAt: number | undefined;
  #bornWithDrops: number | undefined;
  #bornAt = 0;
  #serverAhead: number | undefined;
  #rate: number | undefined;
  /** The collector said that it reads packed payloads. */
  #packs = false;

  constructor(options: LinkOptions) {
    this.#o = options;
    this.#credentials = options.credentials;
    this.#backoff = options.backoff ?? new Backoff(options.random);
    this.#takeovers = new Takeovers(options.clock);
    this.#complaints = new Complaints(options.log);
    this.#beat = new PresenceBeat(options.clock, () => this.#connection?.publishPresence());
    this.#routes = this.#routesTo(options.credentials);
    this.#packs = options.outbox.note('packing') === '1';
  }

  #routesTo(credentials: Credentials): Routes {
    const { outbox, clock } = this.#o;
    const keep = (note: string): void => outbox.setNote('route', note);
    return new Routes({ urls: routesOf(credentials.broker), kept: outbox.note('route'), keep, clock });
  }

  async start(): Promise<void> {
    if (this.#state !== 'stopped') return;
    const { startDelayMs = 0 } = this.#o;
    this.#become('waiting');
    if (startDelayMs > 0) this.#wait(startDelayMs);
    else this.#open();
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
      ...(this.#complaints.code === undefined ? {} : { error: this.#complaints.code }),
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
      url: this.#routes.url,
      proxyFor: this.#o.proxyFor ?? (() => undefined),
      presence: (online, reason) => this.#presence(online, reason),
      clock: this.#o.clock,
      pack: (bytes) => this.#pack(bytes),
      events: {
        onReady: () => this.#onReady(),
        onMessage: (kind, bytes) => this.#onMessage(kind, bytes),
        onOutOfTime: () => this.#onOutOfTime(),
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
    this.#complaints.over();
    this.#routes.worked();
    this.#tryBetterLater();
    log.info({ waiting: outbox.size, url: this.#routes.url }, 'connected to the broker');
    this.#mergeMany();
    this.#deliver(away === undefined || away > BIRTH_AFTER_MS || outbox.dropped !== this.#bornWithDrops);
    this.#beat.said();
  }

  /** After long without a line. */
  #mergeMany(): void {
    const { outbox, log } = this.#o;
    const waiting = outbox.size;
    if (waiting < MANY) return;
    const less = outbox.merge();
    if (less > 0) log.info({ waiting, less }, 'reports that waited long were put together');
  }

  /** Once a day, at another moment on each machine. */
  #tryBetterLater(): void {
    const { clock, random, log } = this.#o;
    const { again } = this.#routes;
    if (again === undefined) return;
    this.#routeTimer = clock.after(again + random() * ROUTE_SPREAD_MS, () => {
      log.info('trying the better way to the broker again');
      this.#routes.restart();
      this.#connection?.drop();
    });
  }

  #onOutOfTime(): void {
    const { clock, log } = this.#o;
    if (this.#saidOutOfTime) return;
    this.#saidOutOfTime = true;
    const why = agentFail('AGENT_CLOCK_WRONG', { url: shown(this.#routes.url), now: new Date(clock.now()).toISOString() });
    log.warn({ code: why.code }, why.line());
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
      startAfterMs: outbox.size < MANY ? 0 : random() * REPLAY_SPREAD_MS,
      publish: (kind, bytes) => {
        this.#beat.accompany();
        connection?.publish(kind, bytes);
      },
      presence: () => this.#beat.say(),
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

  #pack(bytes: Uint8Array): Uint8Array {
    const { compression } = this.#o;
    return this.#packs && compression !== undefined ? pack(bytes, compression) : bytes;
  }

  /** Another collector may have taken the place of the one that read packed payloads; and the line may be dead. */
  #onSilence(): void {
    if (this.#packs) this.#o.outbox.dropNote('packing');
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
    if (ack.packing !== undefined && !this.#packs) {
      this.#packs = true;
      outbox.setNote('packing', '1');
    }
    const result = outbox.acknowledge(ack.stream, ack.seq);
    if (result.outcome === 'done') {
      this.#delivery?.acknowledged(ack.seq);
      // What was dropped meanwhile, or what the collector forgot (an older copy of its ledger, or a new one) after this outbox did,
      // leaves a hole that only a birth can explain.
      // And telling of lost minutes may itself have taken the place of some.
      const hole = outbox.dropped !== this.#bornWithDrops || ack.seq + 1 < outbox.oldest || outbox.note('lost') !== undefined;
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
    this.#beat.stop();
    this.#routeTimer?.cancel();
  }

  #onOver(why: LabwatchError | undefined): void {
    const { clock } = this.#o;
    this.#endDelivery();
    if (this.#state === 'stopped') return;
    const lasted = clock.mono() - this.#since;
    const was = this.#state;
    this.#become('waiting');
    if (was === 'connected') {
      this.#backoff.ended(lasted);
      this.#leftAt = clock.mono();
      if (this.#connection?.closedByBroker !== true) this.#takeovers.explained();
      else if (this.#takeovers.ended(lasted)) return this.#onDuplicate();
    } else {
      this.#takeovers.explained();
      // Another address may work where this one does not; a broker that answered, and refused, does so at each of them.
      if (why !== undefined && OF_THE_LINE.has(why.code) && this.#routes.failed()) {
        this.#o.log.debug({ code: why.code }, why.message);
        return this.#wait(NEXT_ROUTE_MS);
      }
    }
    this.#complaints.say(why);
    const refused = why?.code === 'AGENT_SECRET_REFUSED';
    this.#wait(refused ? this.#backoff.slow() : this.#backoff.next());
    return refused ? void this.#renewed(this.#o.onRefused) : undefined;
  }

  #onDuplicate(): void {
    this.#complaints.say(agentFail('AGENT_DUPLICATE', { url: shown(this.#routes.url) }));
    this.#wait(this.#backoff.slow());
    void this.#renewed(this.#o.onDuplicate ?? (async () => undefined));
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#o.clock.after(ms, () => this.#open());
  }

  /** Asks for other credentials; with them there is no reason to wait long. */
  async #renewed(ask: () => Promise<Credentials | undefined>): Promise<void> {
    const fresh = await ask();
    if (fresh === undefined || this.#state !== 'waiting') return;
    this.#credentials = fresh;
    this.#routes = this.#routesTo(fresh);
    this.#wait(this.#backoff.next());
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
