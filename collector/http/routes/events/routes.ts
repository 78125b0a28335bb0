import { Type } from 'typebox';
import type { App, HttpContext } from '../../context.ts';
import { problems } from '../responses.ts';
import { openStream } from './handler.ts';

export function eventRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/events',
    exposeHeadRoute: false,
    schema: {
      operationId: 'streamEvents',
      summary: 'Server-sent events: `hello` first, then `device` with the fresh DeviceSummary at most once a second per device.',
      description:
        'The data of each event is in the schema LiveEvents. A comment comes every 15 seconds. Nothing is replayed: after `hello` read the lists again.',
      tags: ['devices'],
      response: {
        200: { description: 'A stream of events.', content: { 'text/event-stream': { schema: Type.String() } } },
        ...problems(401, 503),
      },
    },
    handler: async (request, reply) => openStream(context, request, reply),
  });
}
