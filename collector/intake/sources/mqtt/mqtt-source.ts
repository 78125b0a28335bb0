import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import { upFilters } from '../../../../protocol/topics.ts';
import type { Log } from '../../../../runtime/log.ts';
import { RepeatedWarning } from '../../../model/repeated-warning.ts';
import { type Clock, systemClock } from '../../../ports/clock.ts';
import { type Health, HEALTHY } from '../../../ports/health.ts';
import type { BatchHandler, GatherOptions, MessageSource } from '../../../ports/message-source.ts';
import { Gather, GATHER_DEFAULTS } from '../gather.ts';
import { HeldAcknowledgements } from './held-acknowledgements.ts';

export interface MqttSourceOptions {
  /** mqtt://, mqtts://, ws:// or wss:// */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** PEM of the CA to trust for mqtts and wss, beside none other. */
  readonly ca?: string;
  readonly clientId: string;
  /** MQTT 5 and `$share/<name>/…`, so that several collectors divide the work; else MQTT 3.1.1 and plain filters. */
  readonly share?: string;
  /** Let the broker keep what comes while we are away. Devices keep it anyway, so the default is not to. */
  readonly persistent?: boolean;
  readonly log: Log;
  readonly clock?: Clock;
  readonly gather?: GatherOptions;
}

const KEEPALIVE_S = 30;

/**
 * What to subscribe to. Presence is never shared: a shared subscription gets no retained messages, and every collector
 * needs the clocks.
 */
export function filtersOf(share: string | undefined): string[] {
  return upFilters().map((filter) => (share === undefined || filter.endsWith('/presence') ? filter : `$share/${share}/${filter}`));
}

/** Any MQTT broker, over mqtt.js; a message is acknowledged to the broker only when its batch is durable. */
export class MqttSource implements MessageSource {
  readonly #options: MqttSourceOptions;
  readonly #clock: Clock;
  readonly #warning: RepeatedWarning;
  #handler: BatchHandler | undefined;
  #gather: Gather | undefined;
  #client: MqttClient | undefined;
  #trouble = 'not connected yet';
  #subscribed = false;

  constructor(options: MqttSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#warning = new RepeatedWarning(options.log);
  }

  onBatch(handler: BatchHandler): void {
    this.#handler = handler;
  }

  /** Begins to connect and goes on for ever; `health()` tells how it stands. */
  async start(): Promise<void> {
    if (this.#handler === undefined) throw new Error('onBatch() comes before start()');
    if (this.#client !== undefined) return;
    const gather = new Gather(this.#handler, this.#options.gather ?? GATHER_DEFAULTS);
    this.#gather = gather;
    const client = mqtt.connect(this.#options.url, this.#clientOptions());
    this.#client = client;
    this.#receive(client, gather);
    client.on('connect', (packet: IConnackPacket) => void this.#subscribe(client, packet));
    client.on('error', (error) =>
      this.#fail(error.message === '' ? ((error as NodeJS.ErrnoException).code ?? 'no connection') : error.message),
    );
    client.on('close', () => {
      this.#subscribed = false;
      if (this.#client === client) this.#fail(this.#trouble === '' ? 'the connection was closed' : this.#trouble);
    });
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await this.#gather?.stop();
    this.#gather = undefined;
    this.#subscribed = false;
    if (client === undefined) return;
    // A polite DISCONNECT needs a connection; what the broker has not answered by then is not waited for.
    const polite = client.connected && Object.keys(client.outgoing).length === 0;
    await client.endAsync(!polite);
  }

  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void> {
    const client = this.#client;
    if (client?.connected !== true) return Promise.reject(new Error('not connected to the broker'));
    return new Promise((resolve, reject) => {
      client.publish(topic, Buffer.from(payload), { qos: 1, retain: options.retain }, (error) => (error ? reject(error) : resolve()));
    });
  }

  health(): Health {
    return this.#subscribed ? HEALTHY : { ready: false, reason: `MQTT broker ${this.#options.url}: ${this.#trouble}` };
  }

  #clientOptions(): IClientOptions {
    const { user, password, ca, clientId, share, persistent, gather } = this.#options;
    const bound = (gather ?? GATHER_DEFAULTS).bound;
    return {
      clientId,
      clean: persistent !== true,
      keepalive: KEEPALIVE_S,
      reconnectPeriod: 1_000,
      connectTimeout: 10_000,
      resubscribe: false,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
      ...(share === undefined ? { protocolVersion: 4 } : { protocolVersion: 5, properties: v5Properties(bound, persistent) }),
    };
  }

  /**
   * Each QoS 1 message goes into the gathering at once and its PUBACK is held back (see HeldAcknowledgements). When the
   * gathering is full the callback waits: mqtt.js then reads no further, and TCP holds the broker back.
   */
  #receive(client: MqttClient, gather: Gather): void {
    const held = new HeldAcknowledgements(client);
    client.handleMessage = (packet: IPublishPacket, callback): void => {
      const acknowledge = held.hold(packet);
      gather.add(
        {
          topic: packet.topic,
          payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
          retained: packet.retain,
          receivedAt: this.#clock.now(),
        },
        acknowledge,
      );
      if (gather.full) void readOnWhenRoom(gather, () => held.skipOwn(callback));
      else held.skipOwn(callback);
    };
  }

  async #subscribe(client: MqttClient, connack: IConnackPacket): Promise<void> {
    const filters = filtersOf(this.#options.share);
    try {
      const granted = await client.subscribeAsync(filters, { qos: 1 });
      const refused = granted.filter((each) => each.qos >= 128).map((each) => each.topic);
      if (refused.length > 0) throw new Error(`it refuses the subscription to ${refused.join(', ')}`);
      this.#subscribed = true;
      this.#trouble = '';
      this.#warning.over(`connected to the MQTT broker ${this.#options.url}`);
      this.#options.log.debug({ sessionPresent: connack.sessionPresent, filters }, 'subscribed');
    } catch (error) {
      // A connection that went away comes back by itself; a refusal is asked again with the next connection.
      this.#fail((error as Error).message);
    }
  }

  #fail(reason: string): void {
    this.#subscribed = false;
    this.#trouble = reason;
    this.#warning.trouble(`the MQTT broker ${this.#options.url} cannot be used: ${reason}. Trying again until it can.`);
  }
}

async function readOnWhenRoom(gather: Gather, readOn: () => void): Promise<void> {
  await gather.room();
  readOn();
}

/** The broker may have so many messages unanswered; without `sessionExpiryInterval` MQTT 5 forgets a session at once. */
function v5Properties(receiveMaximum: number, persistent: boolean | undefined): NonNullable<IClientOptions['properties']> {
  return { receiveMaximum: Math.min(receiveMaximum, 65_535), ...(persistent === true ? { sessionExpiryInterval: 86_400 } : {}) };
}
