import { Type } from 'typebox';
import type { App, HttpContext } from '../../context.ts';
import { Alive, Readiness } from '../../schemas/probes.ts';
import { problems } from '../responses.ts';
import { mayKnowMore, requireMetricsAccess } from './access.ts';

const tags = ['machines'];

/** At the root, not under /api/v1: probes and Prometheus look for them there. */
export function probeRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    schema: { operationId: 'getHealth', summary: 'Alive.', tags, security: [], response: { 200: Alive, ...problems() } },
    handler: async () => ({ status: 'alive' as const }),
  });
  app.route({
    method: 'GET',
    url: '/readyz',
    schema: {
      operationId: 'getReadiness',
      summary: 'Ready to do its work, or why not.',
      tags,
      security: [],
      response: { 200: Readiness, 503: Readiness, ...problems() },
    },
    handler: async (request, reply) => {
      const health = [...(await context.health())];
      const ready = health.every((check) => check.ready);
      const told = ready || (await mayKnowMore(context, request));
      const checks = told
        ? health
        : health.map(({ name, ready: fine }) => ({ name, ready: fine, reason: fine ? 'ok' : 'log in to see why' }));
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  });
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'getMetrics',
      summary: 'Prometheus text; open on the loopback listener, with a login on the TLS one.',
      tags,
      produces: ['text/plain'],
      response: { 200: { description: 'Prometheus text.', content: { 'text/plain': { schema: Type.String() } } }, ...problems(401) },
    },
    onRequest: async (request) => requireMetricsAccess(context, request),
    handler: async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(context.metrics.text()),
  });
}
