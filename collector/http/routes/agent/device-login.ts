import type { FastifyRequest } from 'fastify';
import type { Id } from '../../../../ledger/index.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The device that asks; '' where no device logs in. */
    device: Id;
  }
}

const BASIC = /^Basic ([A-Za-z0-9+/=]{1,200})$/i;

/**
 * Which device asks: its id and secret as in its MQTT connection, by HTTP Basic (RFC 7617).
 * @throws ProblemError DEVICE_LOGIN, DEVICE_REVOKED
 */
async function deviceOf(context: HttpContext, request: FastifyRequest): Promise<Id> {
  const [device = '', secret = ''] = Buffer.from(BASIC.exec(request.headers.authorization ?? '')?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':', 2);
  const check = await context.ledger.credentials.checkSecret(device, secret);
  if (check === 'revoked') throw new ProblemError('DEVICE_REVOKED');
  if (check !== 'ok') throw new ProblemError('DEVICE_LOGIN');
  return device;
}

/** Before anything else of a request is looked at: which device asks. */
export function requireDevice(context: HttpContext): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.device = await deviceOf(context, request);
  };
}
