import type { AedesOptions, AuthenticateError } from 'aedes';
import type { Log } from '../../runtime/log.ts';
import { mayPublish } from '../acl/publish.ts';
import { maySubscribe } from '../acl/subscribe.ts';
import { authenticate, type ConnectContext, type ConnectRequest } from '../auth/steps.ts';
import { RefusedError, type Refusal } from '../refusals/catalogue.ts';
import { SYS_ROOT } from '../sys/topics.ts';
import type { Traffic } from '../sys/traffic.ts';
import type { Delivery } from './delivery.ts';
import type { EmbeddedMessage } from './embedded.ts';
import type { SessionRegistry } from './registry.ts';
import type { Session } from './session.ts';

/**
 * What may wait in memory for a client that does not read. A device needs little; the collector is given time, and when it is
 * closed in the end nothing is lost: it did not acknowledge, so the agents send again.
 */
const MAX_UNREAD_BYTES = { device: 64 * 1024, collector: 64 * 1024 * 1024 } as const;

export interface HookContext {
  readonly registry: SessionRegistry;
  readonly delivery: Delivery;
  readonly traffic: Traffic;
  readonly connect: ConnectContext;
  readonly log: Log;
  /** While the broker stops, the devices are not lost: it is. No Will is published then. */
  readonly stopping: () => boolean;
}

type Hooks = Required<
  Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward' | 'published'>
>;

/** The questions aedes asks, answered by `auth`, `acl` and `delivery`. */
export function aedesHooks(context: HookContext): Hooks {
  const { registry } = context;
  return {
    preConnect: (client, packet, callback) => {
      const session = registry.of(client);
      if (session === undefined) return callback(new Error('unknown connection'), false);
      const { will } = packet;
      session.login = {
        clientId: packet.clientId,
        keepAlive: packet.keepalive ?? 0,
        will,
        willRequest: will && { topic: will.topic, retain: will.retain ?? false, qos: will.qos ?? 0, bytes: will.payload.length },
        at: Date.now(),
      };
      // Sessions end with their connection (CONNACK says "session present: 0"): what waits for an absent client would grow in memory.
      packet.clean = true;
      return callback(null, true);
    },
    authenticate: (client, userName, password, done) => {
      const session = registry.of(client);
      if (session?.login === undefined) return done(refusal('no-credentials'), null);
      const secret = password?.toString('utf8');
      const request: ConnectRequest = { ...session.login, will: session.login.willRequest, userName, secret };
      void logIn(context, session, request, done);
    },
    authorizePublish: (client, packet, callback) => {
      const session = registry.of(client);
      const principal = session?.principal;
      if (session === undefined || principal === undefined) return callback(new RefusedError('publish-topic'));
      const isWill = packet === session.login?.will;
      if (isWill && context.stopping()) return callback(new Error('the broker is stopping'));
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      const refused = mayPublish(principal, { topic: packet.topic, retain: packet.retain, qos: packet.qos, bytes: payload.length });
      if (refused !== undefined) {
        session.condemn(refused);
        return callback(new RefusedError(refused));
      }
      context.traffic.published(packet.qos, isWill);
      if (principal.kind !== 'device' || !context.delivery.active) return callback(null);
      const message = { topic: packet.topic, payload, retain: packet.retain };
      if (isWill) {
        void context.delivery.storeWill(principal.id, message);
        return callback(null);
      }
      void store(context, session, principal.id, message, callback);
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const session = registry.of(client);
      if (session?.principal === undefined) return callback(null, null);
      const refused = maySubscribe(session.principal, subscription.topic);
      if (refused === undefined) return callback(null, subscription);
      session.note(refused);
      // No subscription in the answer: SUBACK says 0x80 for this filter, and the connection stands.
      callback(null, null);
    },
    authorizeForward: (client, packet) => {
      const session = registry.of(client);
      // aedes' own topics tell which clients come and go; ours are the ones with Mosquitto's names.
      if (session?.principal === undefined || (packet.topic.startsWith('$SYS/') && !packet.topic.startsWith(`${SYS_ROOT}/`))) return null;
      if (session.connection.stream.writableLength > MAX_UNREAD_BYTES[session.principal.kind]) {
        session.drop('slow-reader');
        return null;
      }
      context.traffic.forwarded();
      return packet;
    },
    published: (_packet, _client, callback) => callback(null),
  };
}

function refusal(reason: Refusal): AuthenticateError {
  return new RefusedError(reason) as unknown as AuthenticateError;
}

async function logIn(
  context: HookContext,
  session: Session,
  request: ConnectRequest,
  done: (error: AuthenticateError | null, success: boolean) => void,
): Promise<void> {
  const verdict = await authenticate(request, context.connect, (error) =>
    context.log.error({ why: String(error) }, 'the ledger does not answer'),
  );
  if ('refuse' in verdict) {
    session.condemn(verdict.refuse);
    return done(refusal(verdict.refuse), false);
  }
  session.principal = verdict.accept;
  return done(null, true);
}

/** Answers aedes once the message is stored: that is when it sends the PUBACK. */
async function store(
  context: HookContext,
  session: Session,
  device: string,
  message: EmbeddedMessage,
  callback: (error?: Error | null) => void,
): Promise<void> {
  const failure = await context.delivery.store(session, device, message).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (failure === undefined) return callback(null);
  context.log.debug({ device, why: failure }, 'not stored');
  session.condemn('not-stored');
  return callback(new RefusedError('not-stored'));
}
