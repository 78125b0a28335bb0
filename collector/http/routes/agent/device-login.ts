import type { FastifyRequest } from 'fastify';
import type { Id } from '../../../../ledger/index.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';

const BASIC = /^Basic ([A-Za-z0-9+/=]{1,200})$/i;

/**
 * Which device asks: its id and secret as in its MQTT connection, by HTTP Basic (RFC 7617).
 * @throws ProblemError DEVICE_LOGIN, DEVICE_REVOKED
 */
export async function deviceOf(context: HttpContext, request: FastifyRequest): Promise<Id> {
  const [device = '', secret = ''] = Buffer.from(BASIC.exec(request.headers.authorization ?? '')?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':', 2);
  const check = await context.ledger.credentials.checkSecret(device, secret);
  if (check === 'revoked') throw new ProblemError('DEVICE_REVOKED');
  if (check !== 'ok') throw new ProblemError('DEVICE_LOGIN');
  return device;
}
