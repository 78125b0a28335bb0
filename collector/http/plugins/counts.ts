import type { App, HttpContext } from '../context.ts';

/** Counts answers by class of status, and open streams. */
export function countAnswers(app: App, context: HttpContext): void {
  const answers = context.metrics.counter('labwatch_http_answers_total', 'HTTP answers by class of status');
  context.metrics.gauge('labwatch_http_streams', 'Open streams of live events', () => context.hub.size);
  app.addHook('onResponse', async (_request, reply) => answers.add({ status: `${Math.trunc(reply.statusCode / 100)}xx` }));
}
