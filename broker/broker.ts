import { join } from 'node:path';
import { Aedes, type Client } from 'aedes';
import type { Ledger } from '../ledger/index.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { sharedSecret } from '../runtime/private-file.ts';
import { CredentialWatch } from './auth/watch.ts';
import { planPorts } from './listeners/plan.ts';
import { Port } from './listeners/port.ts';
import { Admission } from './limits/admission.ts';
import { Inflight } from './limits/inflight.ts';
import { RefusalRecorder } from './refusals/recorder.ts';
import { Delivery } from './sessions/delivery.ts';
import { Embedded, type EmbeddedBroker } from './sessions/embedded.ts';
import { watchEvents } from './sessions/events.ts';
import { aedesHooks } from './sessions/hooks.ts';
import { SessionRegistry } from './sessions/registry.ts';
import { indexRetained, type RetainedStore } from './sessions/retained.ts';
import { Session, type Connection, type Transport } from './sessions/session.ts';
import type { BrokerSettings } from './settings.ts';
import { SysPublisher } from './sys/topics.ts';
import { Traffic } from './sys/traffic.ts';

/** How often connected devices are looked up: a revoked one is gone within this time and a little more. */
const WATCH_MS = 2_000;
/** What a client may send before aedes takes it; our gate lets nothing through that early. */
const AEDES_QUEUE = 1;
/** A collector that reads nothing for so long is closed, so that it connects anew. */
const DRAIN_TIMEOUT_MS = 30_000;

export interface BrokerOptions {
  readonly settings: BrokerSettings;
  readonly ledger: Pick<Ledger, 'credentials'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The real ports after start(); TLS ones only when there is a certificate. */
export type Addresses = { [K in Transport]?: number };

export interface Broker extends Lifecycle {
  readonly embedded: EmbeddedBroker;
  addresses(): Addresses;
}

/** Everything that lives from one start() to the next stop(). */
interface Running {
  readonly aedes: Aedes;
  readonly ports: Port[];
  readonly parts: Lifecycle[];
  readonly delivery: Delivery;
  stopping: boolean;
}

export class AedesBroker implements Broker {
  readonly #options: BrokerOptions;
  readonly #embedded = new Embedded();
  readonly #recorder: RefusalRecorder;
  readonly #traffic: Traffic;
  readonly #transports = new Map<Transport, Port>();
  #registry = new SessionRegistry();
  #running: Running | undefined;

  constructor(options: BrokerOptions) {
    this.#options = options;
    const { metrics, log } = options;
    this.#recorder = new RefusalRecorder({ metrics, log });
    this.#traffic = new Traffic(metrics);
    metrics.gauge('labwatch_broker_clients', 'Logged-in MQTT clients.', () => this.#registry.connected);
  }

  get embedded(): EmbeddedBroker {
    return this.#embedded;
  }

  addresses(): Addresses {
    const found: Addresses = {};
    for (const [transport, port] of this.#transports) if (port.number !== undefined) found[transport] = port.number;
    return found;
  }

  /** All listeners or none. @throws LabwatchError BROKER_PLAIN_LISTEN, BROKER_TLS_MATERIAL, PORT_IN_USE, PORT_FORBIDDEN */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const planned = planPorts(this.#options.settings);
    this.#registry = new SessionRegistry();
    this.#running = this.#build();
    try {
      await this.#open(this.#running, planned);
    } catch (error) {
      await this.stop();
      throw error;
    }
    if (!this.#transports.has('mqtts'))
      this.#options.log.info('no certificate in the data folder: no TLS listeners; labwatch ca issue makes one');
    this.#options.log.info({ ports: this.addresses() }, 'broker is listening');
  }

  /** Closes every listener and connection. No Will is published: the broker goes, not the devices. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.stopping = true;
    this.#embedded.attach(undefined);
    running.delivery.stop();
    for (const part of running.parts) await part.stop();
    const { aedes } = running;
    if (!aedes.closed) await new Promise<void>((resolve) => aedes.close(resolve));
    await Promise.all(running.ports.map((port) => port.stop()));
    this.#transports.clear();
  }

  #build(): Running {
    const { settings, ledger, log } = this.#options;
    const registry = this.#registry;
    const inflight = new Inflight(settings.mqttInflight);
    const delivery = new Delivery({ embedded: this.#embedded, inflight, registry, log });
    const aedes = new Aedes({
      // Without a bound of its own: one slow reader must not take the places of all others (a device that is too slow is closed).
      concurrency: 0,
      queueLimit: AEDES_QUEUE,
      connectTimeout: settings.mqttConnectTimeout * 1000,
      drainTimeout: DRAIN_TIMEOUT_MS,
      maxTopicLevels: 8,
      ...aedesHooks({
        registry,
        delivery,
        traffic: this.#traffic,
        log,
        stopping: () => running.stopping,
        connect: {
          maxKeepAlive: settings.mqttMaxKeepAlive,
          serviceSecret: sharedSecret(join(settings.home, 'service-secret')),
          credentials: ledger.credentials,
        },
      }),
    });
    const running: Running = { aedes, ports: [], parts: [], delivery, stopping: false };
    watchEvents(aedes, { registry, delivery, inflight, settings, traffic: this.#traffic, log, metrics: this.#options.metrics });
    return running;
  }

  async #open(running: Running, planned: ReturnType<typeof planPorts>): Promise<void> {
    const { settings, ledger, log } = this.#options;
    const { aedes } = running;
    await aedes.listen();
    const retained = indexRetained((aedes as unknown as { persistence: RetainedStore }).persistence);
    const send = (packet: { topic: string; payload: Buffer; retain: boolean }, qos: 0 | 1): void =>
      aedes.publish({ cmd: 'publish', dup: false, qos, ...packet }, (error) => {
        if (error) log.warn({ topic: packet.topic, why: error.message }, 'not published');
      });
    this.#embedded.attach((packet) => send(packet, 1));
    const registry = this.#registry;
    running.parts.push(
      new CredentialWatch({
        credentials: ledger.credentials,
        everyMs: WATCH_MS,
        connected: () => registry.devices(),
        drop: (device) => registry.device(device)?.drop('no-longer-valid'),
        onError: (error) => log.error({ why: String(error) }, 'cannot look up whether connected devices are still valid'),
      }),
      new SysPublisher({
        everyMs: settings.mqttSysInterval * 1000,
        traffic: this.#traffic,
        publish: (packet) => send(packet, 0),
        state: () => ({
          connected: registry.connected,
          maximum: registry.maximum,
          subscriptions: registry.subscriptions(),
          retained: retained(),
        }),
      }),
    );
    await this.#listen(running, planned);
    for (const part of running.parts) await part.start();
  }

  async #listen(running: Running, planned: ReturnType<typeof planPorts>): Promise<void> {
    const { settings, log } = this.#options;
    const admission = new Admission({
      maxConnections: settings.mqttMaxConnections,
      rate: settings.mqttConnectRate,
      burst: settings.mqttConnectBurst,
    });
    for (const plan of planned) {
      const port = new Port({
        ...plan,
        admission,
        recorder: this.#recorder,
        log,
        timeoutMs: settings.mqttConnectTimeout * 1000,
        onConnection: (connection) => this.#attach(running, connection),
      });
      await port.start();
      running.ports.push(port);
      this.#transports.set(plan.transport, port);
    }
  }

  #attach({ aedes, stopping }: Running, connection: Connection): void {
    if (stopping) return void connection.stream.destroy();
    const session = new Session(connection, {
      recorder: this.#recorder,
      maxPacket: this.#options.settings.mqttMaxPacket,
      onPacket: () => this.#traffic.received(),
    });
    const registry = this.#registry;
    this.#traffic.opened(connection.socket);
    connection.stream.once('close', () => registry.remove(session));
    session.gate.install();
    const client: Client = aedes.handle(connection.stream);
    registry.add(client, session);
    return undefined;
  }
}
