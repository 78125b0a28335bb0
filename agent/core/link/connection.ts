import type { Duplex } from 'node:stream';
import { DOWN_KINDS, type DownKind, isDownKind, parseTopic, topicOf, type UpKind } from '../../../protocol/topics.ts';
import { LabwatchError } from '../../../runtime/errors.ts';
import { agentFail } from '../../errors.ts';
import type { Credentials } from '../../identity/credentials.ts';
import { certificateError, whyOf } from '../../identity/tls-errors.ts';
import { openLine } from '../../net/line.ts';
import type { ProxyFor } from '../../net/proxy.ts';
import { MqttClient } from '../../net/mqtt-client.ts';
import type { Clock, Timer } from '../../platform/clock.ts';

/** Longer than the pause between two reports, so that a line in use needs no ping; see docs/decisions/0019. */
export const KEEPALIVE_SECONDS = 330;
/** What stands between us and a WebSocket often closes a line that is quiet for a minute. */
export const SHORT_KEEPALIVE_SECONDS = 50;
/** An answer to a ping takes no longer on any line that is of use. */
const PROBE_MS = 20_000;
const CONNECT_TIMEOUT_MS = 20_000;
/** CONNACK return codes of MQTT 3.1.1, table 3.1: bad user name or password, not authorized; 2 = identifier rejected. */
const REFUSED = new Set([2, 4, 5]);

export interface ConnectionEvents {
  /** Connected; the presence went out and the down topics are subscribed. */
  onReady(): void;
  /** A message on one of this device's down topics. */
  onMessage(kind: DownKind, bytes: Uint8Array): void;
  /** The broker's certificate is not valid at this machine's time, and it was taken all the same: it is of our authority. */
  onOutOfTime(): void;
  /** It is over, once; why is absent when nothing went wrong. */
  onOver(why: LabwatchError | undefined): void;
}

/**
 * One MQTT 3.1.1 connection, from connect to end: clean session, Will, presence first, then the three down topics. It never
 * connects again and keeps no queue: both are ours (link.ts, the outbox).
 */
export class Connection {
  readonly #credentials: Credentials;
  readonly #url: string;
  readonly #proxyFor: ProxyFor;
  readonly #presence: (online: boolean, reason: 'connected' | 'stopped' | 'shutdown' | 'lost') => Uint8Array;
  readonly #events: ConnectionEvents;
  readonly #clock: Clock;
  readonly #pack: (bytes: Uint8Array) => Uint8Array;
  #client: MqttClient | undefined;
  #probe: Timer | undefined;
  #over = false;
  #ready = false;
  #closedByBroker = false;
  #error: LabwatchError | undefined;

  constructor(options: {
    credentials: Credentials;
    /** Which of the broker's addresses. */
    url: string;
    proxyFor: ProxyFor;
    presence: (online: boolean, reason: 'connected' | 'stopped' | 'shutdown' | 'lost') => Uint8Array;
    clock: Clock;
    /** How bytes look on the wire. */
    pack: (bytes: Uint8Array) => Uint8Array;
    events: ConnectionEvents;
  }) {
    this.#credentials = options.credentials;
    this.#url = options.url;
    this.#proxyFor = options.proxyFor;
    this.#presence = options.presence;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#pack = options.pack;
  }

  /** The other side said goodbye: it was no fault of the line. */
  get closedByBroker(): boolean {
    return this.#closedByBroker;
  }

  get ready(): boolean {
    return this.#ready && !this.#over;
  }

  open(): void {
    void this.#open();
  }

  async #open(): Promise<void> {
    const { ca } = this.#credentials.broker;
    const url = new URL(this.#url);
    const onOutOfTime = (): void => this.#events.onOutOfTime();
    try {
      const line = await openLine({ url, ca, proxy: this.#proxyFor(url), timeoutMs: CONNECT_TIMEOUT_MS, onOutOfTime });
      if (this.#over) line.destroy();
      else this.#speak(line);
    } catch (error) {
      this.#end(this.#explain(error));
    }
  }

  /** Begins MQTT on a line that stands. */
  #speak(line: Duplex): void {
    const { device, secret } = this.#credentials;
    const client = new MqttClient(() => line, {
      clientId: device,
      username: device,
      password: secret,
      protocolVersion: 4,
      clean: true,
      keepalive: this.#url.startsWith('ws') ? SHORT_KEEPALIVE_SECONDS : KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      // mqtt.js would make 65,536 buffers for the numbers it may write: 7 MB.
      writeCache: false,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: topicOf(device, 'presence'), payload: Buffer.from(this.#presence(false, 'lost')), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('connect', () => this.#onConnect());
    client.on('message', (topic, payload) => this.#onMessage(topic, payload));
    client.on('packetreceive', () => this.#probe?.cancel());
    client.on('error', (error) => {
      this.#error ??= this.#explain(error);
      if (!client.connected) this.#end(this.#error);
    });
    line.on('end', () => (this.#closedByBroker = true));
    client.on('close', () => this.#end(this.#error ?? this.#explain(new Error('the line was closed'))));
  }

  /** Nothing was heard for long: asks whether the line still lives, and ends it when nothing comes back. */
  probe(): void {
    if (!this.ready) return;
    this.#probe?.cancel();
    this.#client?.sendPing();
    const silent = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    this.#probe = this.#clock.after(PROBE_MS, () => this.#end(this.#explain(silent)));
  }

  publish(kind: UpKind, bytes: Uint8Array): void {
    if (this.#over) return;
    this.#client?.publish(topicOf(this.#credentials.device, kind), Buffer.from(this.#pack(bytes)), { qos: 1 }, () => undefined);
  }

  publishPresence(): void {
    if (!this.#over) this.#sendPresence(true, 'connected');
  }

  /** Says goodbye, so that the Will is not sent. Resolves when the line is closed, or after `timeoutMs`. */
  async close(reason: 'stopped' | 'shutdown', timeoutMs: number): Promise<void> {
    const client = this.#client;
    if (client === undefined || this.#over) return;
    this.#over = true;
    const done = Promise.withResolvers<void>();
    const timer = this.#clock.after(timeoutMs, done.resolve);
    if (client.connected) {
      this.#sendPresence(false, reason, done.resolve);
      await done.promise;
      // The outbox keeps what was not acknowledged; mqtt.js would wait for it before it says goodbye.
      for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
      const closed = Promise.withResolvers<void>();
      const late = this.#clock.after(timeoutMs, closed.resolve);
      client.end(false, () => closed.resolve());
      await closed.promise;
      late.cancel();
    }
    timer.cancel();
    this.#release();
    this.#events.onOver(undefined);
  }

  /** Drops the line at once: after sleep it may be dead without knowing. */
  drop(): void {
    this.#end(undefined);
  }

  #sendPresence(online: boolean, reason: 'connected' | 'stopped' | 'shutdown', done: () => void = () => undefined): void {
    const { device } = this.#credentials;
    const bytes = Buffer.from(this.#pack(this.#presence(online, reason)));
    this.#client?.publish(topicOf(device, 'presence'), bytes, { qos: 1, retain: true }, done);
  }

  #onConnect(): void {
    const client = this.#client;
    if (client === undefined || this.#over) return;
    this.#sendPresence(true, 'connected');
    // An acknowledgement covers all before it and comes again when it is asked for again: its own delivery needs no answer.
    const topics = DOWN_KINDS.map((kind) => [topicOf(this.#credentials.device, kind), { qos: kind === 'ack' ? 0 : 1 } as const] as const);
    client.subscribe(Object.fromEntries(topics), (error, granted) => {
      if (this.#over) return;
      if (error !== null || granted?.some(({ qos }) => qos === 128) !== false) {
        this.#end(this.#explain(error ?? new Error('the broker refused a subscription')));
        return;
      }
      this.#ready = true;
      this.#events.onReady();
    });
  }

  #onMessage(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    if (this.#over || parsed === undefined || parsed.device !== this.#credentials.device || !isDownKind(parsed.kind)) return;
    this.#events.onMessage(parsed.kind, payload);
  }

  #explain(error: unknown): LabwatchError {
    if (error instanceof LabwatchError) return error;
    const { host, protocol } = new URL(this.#url);
    const url = `${protocol}//${host}`;
    const { code } = error as { code?: unknown };
    if (typeof code === 'number' && REFUSED.has(code)) return agentFail('AGENT_SECRET_REFUSED', { url }, error);
    return certificateError(error, url, this.#clock.now()) ?? agentFail('AGENT_BROKER_UNREACHABLE', { url, why: whyOf(error) }, error);
  }

  #release(): void {
    this.#probe?.cancel();
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    client.removeAllListeners();
    client.on('error', () => undefined);
    client.end(true);
  }

  #end(why: LabwatchError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.#events.onOver(why);
  }
}
