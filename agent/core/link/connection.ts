import { connect, type MqttClient } from 'mqtt';
import { type DownKind, downTopicsOf, isDownKind, parseTopic, topicOf, type UpKind } from '../../../protocol/topics.ts';
import type { LabwatchError } from '../../../runtime/errors.ts';
import { agentFail } from '../../errors.ts';
import type { Credentials } from '../../identity/credentials.ts';
import { certificateError, whyOf } from '../../identity/tls-errors.ts';
import type { Clock } from '../../platform/clock.ts';

const KEEPALIVE_SECONDS = 60;
const CONNECT_TIMEOUT_MS = 20_000;
/** CONNACK return codes of MQTT 3.1.1, table 3.1: bad user name or password, not authorized; 2 = identifier rejected. */
const REFUSED = new Set([2, 4, 5]);

export interface ConnectionEvents {
  /** Connected; the presence went out and the down topics are subscribed. */
  onReady(): void;
  /** A message on one of this device's down topics. */
  onMessage(kind: DownKind, bytes: Uint8Array): void;
  /** It is over, once; why is absent when nothing went wrong. */
  onOver(why: LabwatchError | undefined): void;
}

/**
 * One MQTT 3.1.1 connection, from connect to end: clean session, Will, presence first, then the three down topics. It never
 * connects again and keeps no queue: both are ours (link.ts, the outbox).
 */
export class Connection {
  readonly #credentials: Credentials;
  readonly #presence: (online: boolean, reason: 'connected' | 'stopped' | 'shutdown' | 'lost') => Uint8Array;
  readonly #events: ConnectionEvents;
  readonly #clock: Clock;
  #client: MqttClient | undefined;
  #over = false;
  #ready = false;
  #error: LabwatchError | undefined;

  constructor(options: {
    credentials: Credentials;
    presence: (online: boolean, reason: 'connected' | 'stopped' | 'shutdown' | 'lost') => Uint8Array;
    clock: Clock;
    events: ConnectionEvents;
  }) {
    this.#credentials = options.credentials;
    this.#presence = options.presence;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  get ready(): boolean {
    return this.#ready && !this.#over;
  }

  open(): void {
    const { device, secret, broker } = this.#credentials;
    try {
      this.#client = connect(broker.url, {
        clientId: device,
        username: device,
        password: secret,
        protocolVersion: 4,
        clean: true,
        keepalive: KEEPALIVE_SECONDS,
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectPeriod: 0,
        queueQoSZero: false,
        resubscribe: false,
        rejectUnauthorized: true,
        ...(broker.ca === undefined ? {} : { ca: [broker.ca] }),
        will: { topic: topicOf(device, 'presence'), payload: Buffer.from(this.#presence(false, 'lost')), qos: 1, retain: true },
      });
    } catch (error) {
      this.#end(this.#explain(error));
      return;
    }
    this.#client.on('connect', () => this.#onConnect());
    this.#client.on('message', (topic, payload) => this.#onMessage(topic, payload));
    this.#client.on('error', (error) => {
      this.#error ??= this.#explain(error);
      if (this.#client?.connected !== true) this.#end(this.#error);
    });
    this.#client.on('close', () => this.#end(this.#error ?? this.#explain(new Error('the line was closed'))));
  }

  publish(kind: UpKind, bytes: Uint8Array): void {
    if (this.#over) return;
    this.#client?.publish(topicOf(this.#credentials.device, kind), Buffer.from(bytes), { qos: 1 }, () => undefined);
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
    this.#client?.publish(topicOf(device, 'presence'), Buffer.from(this.#presence(online, reason)), { qos: 1, retain: true }, done);
  }

  #onConnect(): void {
    const client = this.#client;
    if (client === undefined || this.#over) return;
    this.#sendPresence(true, 'connected');
    client.subscribe(downTopicsOf(this.#credentials.device), { qos: 1 }, (error, granted) => {
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
    const { host, protocol } = new URL(this.#credentials.broker.url);
    const url = `${protocol}//${host}`;
    const { code } = error as { code?: unknown };
    if (typeof code === 'number' && REFUSED.has(code)) return agentFail('AGENT_SECRET_REFUSED', { url }, error);
    return certificateError(error, url, this.#clock.now()) ?? agentFail('AGENT_BROKER_UNREACHABLE', { url, why: whyOf(error) }, error);
  }

  #release(): void {
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
