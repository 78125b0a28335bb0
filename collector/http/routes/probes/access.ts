import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { HttpContext } from '../../context.ts';
import { authenticate } from '../../plugins/auth.ts';
import { ProblemError } from '../../problems.ts';

/**
 * The plain listener is on loopback only, so whoever reaches it is on this machine; a proxy's callers are not, nor is a page
 * in a browser here that made its own name point to loopback (DNS rebinding): it asks for that name.
 */
function isFromHere(request: FastifyRequest): boolean {
  const proxied = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  const encrypted = (request.raw.socket as Partial<TLSSocket>).encrypted === true;
  const name = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname ?? '';
  return !encrypted && !proxied && (name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0);
}

/** @throws ProblemError NOT_LOGGED_IN for somebody elsewhere without a login */
export async function requireMetricsAccess(context: HttpContext, request: FastifyRequest): Promise<void> {
  if (!(await mayKnowMore(context, request))) throw new ProblemError('NOT_LOGGED_IN');
}

/** Whether reasons, which may name folders and servers, are for the caller. */
export async function mayKnowMore(context: HttpContext, request: FastifyRequest): Promise<boolean> {
  return isFromHere(request) || (await authenticate(context, request)) !== null;
}
