import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { HttpContext } from '../../context.ts';
import { authenticate } from '../../plugins/auth.ts';
import { ProblemError } from '../../problems.ts';

/** The plain listener is on loopback only, so whoever reaches it is on this machine; a proxy's callers are not. */
export async function requireMetricsAccess(context: HttpContext, request: FastifyRequest): Promise<void> {
  const proxied = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  const encrypted = (request.raw.socket as Partial<TLSSocket>).encrypted === true;
  if (!encrypted && !proxied) return;
  if ((await authenticate(context, request)) === null) throw new ProblemError('NOT_LOGGED_IN');
}
