import type { FastifyRequest } from 'fastify';
import type { App } from '../context.ts';
import { ProblemError } from '../problems.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a change that another site's page asked the browser to make, beside SameSite on the cookie. Browsers say where
 * a request comes from (Sec-Fetch-Site, else Origin); a program sends neither and is not a carrier of somebody's cookie.
 */
export function refuseForeignOrigins(scope: App): void {
  scope.addHook('onRequest', async (request) => {
    if (!SAFE_METHODS.has(request.method) && isForeign(request)) throw new ProblemError('FOREIGN_ORIGIN');
  });
}

function isForeign(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  return URL.parse(origin)?.host !== request.host;
}
