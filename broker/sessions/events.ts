import type { Aedes, Client } from 'aedes';
import type { Log } from '../../runtime/log.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import type { Inflight } from '../limits/inflight.ts';
import type { Refusal } from '../refusals/catalogue.ts';
import type { BrokerSettings } from '../settings.ts';
import type { Traffic } from '../sys/traffic.ts';
import { coalesce, COALESCE_MS, COALESCE_TOGETHER_MS } from './coalesce.ts';
import type { Delivery } from './delivery.ts';
import type { SessionRegistry } from './registry.ts';
import type { Session } from './session.ts';

export interface EventContext {
  readonly registry: SessionRegistry;
  readonly delivery: Delivery;
  readonly inflight: Inflight;
  readonly settings: BrokerSettings;
  readonly traffic: Traffic;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What aedes says when it ends a connection by itself, and the reason we count for it. */
const BY_MESSAGE: Readonly<Record<string, Refusal | undefined>> = {
  'connect did not arrive in time': 'connect-timeout',
  'unacceptable protocol version': 'protocol-version',
  'identifier rejected': 'client-id',
  'drain timeout': 'slow-reader',
};
/** The line was lost or the session is over: nobody was refused. */
const NO_REFUSAL: ReadonlySet<string> = new Set(['keep alive timeout', 'connection closed', 'the broker is stopping']);

/** @returns the reason to count, or undefined when nothing was refused */
export function reasonOf(error: Error & { code?: unknown }): Refusal | undefined {
  const known = BY_MESSAGE[error.message];
  if (known !== undefined || NO_REFUSAL.has(error.message)) return known;
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'packet-too-large';
  if (typeof error.code === 'string') return error.code.startsWith('WS_ERR_') ? 'malformed' : undefined;
  // Errors of the operating system and of streams have a code; what is left is aedes or its parser finding fault with a packet.
  return 'malformed';
}

/** Listens to aedes: who is there, who took over, what it sent, and why it closed a connection. */
export function watchEvents(aedes: Aedes, context: EventContext): void {
  const { registry, traffic, log, metrics } = context;
  const takeovers = metrics.counter('labwatch_broker_takeovers_total', 'Connections ended because the same client connected again.');
  const expired = metrics.counter('labwatch_broker_keep_alive_expired_total', 'Connections ended because the client fell silent.');
  takeovers.add({}, 0);
  expired.add({}, 0);
  const onError = (client: Client, error: Error): void => {
    const reason = reasonOf(error);
    if (reason !== undefined) registry.of(client)?.condemn(reason);
  };
  aedes.on('clientError', onError);
  aedes.on('connectionError', onError);
  aedes.on('keepaliveTimeout', () => expired.add());
  aedes.on('client', (client) => {
    const session = registry.of(client);
    if (session === undefined) return;
    const before = registry.ready(session, client.id);
    if (before === undefined) return;
    takeovers.add();
    log.info({ client: client.id, address: session.connection.address, before: before.connection.address }, 'taken over');
  });
  aedes.on('clientReady', (client) => {
    const session = registry.of(client);
    if (session !== undefined) openGate(session, context);
  });
  aedes.on('connackSent', () => traffic.answered());
  aedes.on('subscribe', (_filters, client) => {
    traffic.answered();
    countFilters(registry.of(client), client);
  });
  aedes.on('unsubscribe', (_filters, client) => {
    if (!client.closed) traffic.answered();
    countFilters(registry.of(client), client);
  });
  aedes.on('ping', () => traffic.answered());
  // The type of Aedes does not name its 'error' event; without a listener it would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ why: error.message }, 'aedes reports an error'));
}

/** aedes keeps the granted filters of a client as the keys of an object that its type does not name. */
function countFilters(session: Session | undefined, client: Client): void {
  const { subscriptions } = client as Client & { subscriptions: Record<string, unknown> };
  if (session !== undefined) session.subscriptions = Object.keys(subscriptions).length;
}

function openGate(session: Session, { delivery, inflight, settings }: EventContext): void {
  const principal = session.principal;
  if (principal?.kind !== 'device') return session.gate.open();
  coalesce(session.connection.stream, delivery.active ? COALESCE_TOGETHER_MS : COALESCE_MS);
  delivery.forgetWill(principal.id);
  return session.gate.open({
    rate: settings.mqttMessageRate,
    burst: settings.mqttMessageBurst,
    patienceMs: settings.mqttMessagePatience * 1000,
    room: () => (delivery.active ? inflight.room(principal.id) : settings.mqttInflight),
  });
}
