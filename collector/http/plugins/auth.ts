import type { FastifyReply, FastifyRequest } from 'fastify';
import type { User } from '../../../ledger/index.ts';
import type { App, HttpContext } from '../context.ts';
import { ProblemError } from '../problems.ts';

/**
 * Two names, because a cookie belongs to a host and not to a port or to TLS: with the prefix a browser takes it from TLS alone
 * (RFC 6265bis, section 4.1.3.2), so that nobody on the line can plant one by an unencrypted answer, and the plain listener on
 * the same machine has one of its own.
 */
export const SESSION_COOKIE = 'labwatch_session';
export const SECURE_SESSION_COOKIE = `__Host-${SESSION_COOKIE}`;

const nameFor = (request: FastifyRequest): string => (request.protocol === 'https' ? SECURE_SESSION_COOKIE : SESSION_COOKIE);

/** What the browser sent; undefined when it sent none that could be one. */
export function sessionCookie(request: FastifyRequest): string | undefined {
  const value = request.cookies[nameFor(request)];
  return value === undefined || value === '' || value.length > 200 ? undefined : value;
}

/** A session ends 12 hours after it was last used. */
export const SESSION_TTL_MS = 12 * 3_600_000;

/** Who calls, and by what. */
export interface Auth {
  readonly user: User;
  readonly by: 'session' | 'token';
  /** The cookie's or token's value. Never logged. */
  readonly value: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    auth: Auth | null;
  }
}

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Looks the caller up; null when there is no valid session or token. */
export async function authenticate(context: HttpContext, request: FastifyRequest): Promise<Auth | null> {
  const { users } = context.ledger;
  const now = context.clock.now();
  const header = request.headers.authorization;
  if (header !== undefined) {
    const value = BEARER.exec(header)?.[1];
    const user = value === undefined ? undefined : await users.apiToken(value, now);
    return user === undefined || value === undefined ? null : { user, by: 'token', value };
  }
  const value = sessionCookie(request);
  if (value === undefined) return null;
  const user = await users.session(value, now, SESSION_TTL_MS);
  return user === undefined ? null : { user, by: 'session', value };
}

/**
 * Closes a scope: every route in it, known or not, answers 401 without a session or token unless it says
 * `config.access: 'open'`. Viewers may only read; a one-time password must be changed before anything is written.
 */
export function requireAuth(scope: App, context: HttpContext): void {
  scope.addHook('onRequest', async (request) => {
    const config = request.routeOptions.config;
    if (config.access === 'open') return;
    request.auth = await authenticate(context, request);
    if (request.auth === null) throw new ProblemError('NOT_LOGGED_IN');
    if (SAFE_METHODS.has(request.method) || config.beforePasswordChange === true) return;
    if (request.auth.user.mustChangePassword && request.auth.by === 'session') throw new ProblemError('PASSWORD_CHANGE_NEEDED');
    if (request.auth.user.role !== 'admin') throw new ProblemError('NOT_ALLOWED');
  });
}

/** Sent only to this site (SameSite), never readable by scripts; over TLS only where the listener has it. It ends with the browser: lab PCs are shared. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  void reply.setCookie(nameFor(request), value, { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameFor(request), { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' });
}
