import { createHash, timingSafeEqual } from 'node:crypto';
import { DEVICE_ID } from '../../protocol/topics.ts';
import type { CredentialsLedger } from '../../ledger/index.ts';
import { mayPublish } from '../acl/publish.ts';
import type { Refusal } from '../refusals/catalogue.ts';
import { SERVICE_USER, type Principal } from '../acl/principal.ts';

/** What a CONNECT says. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly secret: string | undefined;
  /** Seconds; 0 = none. */
  readonly keepAlive: number;
  readonly will: { readonly topic: string; readonly retain: boolean; readonly qos: number; readonly bytes: number } | undefined;
}

export interface ConnectContext {
  readonly maxKeepAlive: number;
  readonly serviceSecret: string;
  readonly credentials: Pick<CredentialsLedger, 'checkSecret'>;
}

/** `undefined` hands on to the next step. */
export type ConnectVerdict = { readonly refuse: Refusal } | { readonly accept: Principal } | undefined;
export type ConnectStep = (request: ConnectRequest, context: ConnectContext) => ConnectVerdict | Promise<ConnectVerdict>;

/** A service client may choose its client id, but never one that is a device's: it would take over that device's session. */
const SERVICE_CLIENT_ID = /^[\w.-]{0,64}$/;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const givesCredentials: ConnectStep = (request) =>
  request.userName === undefined || request.userName === '' || request.secret === undefined || request.secret === ''
    ? { refuse: 'no-credentials' }
    : undefined;

const boundedKeepAlive: ConnectStep = (request, context) =>
  request.keepAlive === 0 || request.keepAlive > context.maxKeepAlive ? { refuse: 'keep-alive' } : undefined;

const serviceUser: ConnectStep = (request, context) => {
  if (request.userName !== SERVICE_USER) return undefined;
  if (!timingSafeEqual(sha256(request.secret ?? ''), sha256(context.serviceSecret))) return { refuse: 'wrong-secret' };
  if (!SERVICE_CLIENT_ID.test(request.clientId) || DEVICE_ID.test(request.clientId)) return { refuse: 'client-id' };
  if (request.will !== undefined) return { refuse: 'will' };
  return { accept: { kind: 'collector', id: request.clientId } };
};

const deviceNames: ConnectStep = (request) => {
  if (!DEVICE_ID.test(request.userName ?? '')) return { refuse: 'unknown-device' };
  return request.clientId === request.userName ? undefined : { refuse: 'client-id' };
};

const deviceSecret: ConnectStep = async (request, context) => {
  const check = await context.credentials.checkSecret(request.clientId, request.secret ?? '');
  return check === 'ok' ? undefined : { refuse: check };
};

/** Only a known device learns what is wrong with its Will. */
const deviceWill: ConnectStep = (request) => {
  const principal: Principal = { kind: 'device', id: request.clientId };
  const { will } = request;
  if (will === undefined) return { accept: principal };
  const presence = will.topic.endsWith('/presence') && will.retain && mayPublish(principal, will) === undefined;
  return presence ? { accept: principal } : { refuse: 'will' };
};

/** In this order: what costs nothing first, the ledger last but one. */
export const CONNECT_STEPS: readonly ConnectStep[] = [
  givesCredentials,
  boundedKeepAlive,
  serviceUser,
  deviceNames,
  deviceSecret,
  deviceWill,
];

/** Runs the steps until one decides. A ledger that fails refuses with a code that tells the client to come again. */
export async function authenticate(
  request: ConnectRequest,
  context: ConnectContext,
  onError: (error: unknown) => void,
): Promise<{ refuse: Refusal } | { accept: Principal }> {
  try {
    for (const step of CONNECT_STEPS) {
      const verdict = await step(request, context);
      if (verdict !== undefined) return verdict;
    }
    return { refuse: 'no-credentials' };
  } catch (error) {
    onError(error);
    return { refuse: 'ledger-unavailable' };
  }
}
