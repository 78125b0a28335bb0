import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { App, HttpLimits } from '../context.ts';
import { ProblemError } from '../problems.ts';

/** Counts a request; from `createRateLimit`. */
export type Limiter = ReturnType<App['createRateLimit']>;

/** @throws ProblemError TOO_MANY_REQUESTS with Retry-After */
export async function countRequest(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const result = await limiter(request);
  if (!result.isAllowed && result.isExceeded) throw new ProblemError('TOO_MANY_REQUESTS', { retryAfter: Math.max(1, result.ttlInSeconds) });
}

/** Limits every request, unknown paths too, before anything else is done for it. */
export async function limitRequests(app: App, limit: HttpLimits): Promise<void> {
  await app.register(rateLimit, { global: false });
  const limiter = app.createRateLimit({ max: limit.requests.max, timeWindow: limit.requests.windowMs });
  app.addHook('onRequest', async (request) => countRequest(limiter, request));
}
