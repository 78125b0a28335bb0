import type { App, HttpContext } from '../../context.ts';
import { EnrolmentAnswer, EnrolmentRequest } from '../../schemas/enrolment.ts';
import { problems } from '../responses.ts';
import { enrol } from './handlers.ts';

export function enrolmentRoutes(app: App, context: HttpContext): void {
  const outcomes = context.metrics.counter('labwatch_enrolments_total', 'Enrolments by outcome');
  const limiter = app.createRateLimit({ max: context.limit.enrolments.max, timeWindow: context.limit.enrolments.windowMs });
  app.route({
    method: 'POST',
    url: '/enrolments',
    config: { access: 'open' },
    schema: {
      operationId: 'enrol',
      summary: 'A token, or the secret of a device, and what the hardware says of itself, for an identity and a secret.',
      tags: ['enrolment'],
      security: [],
      body: EnrolmentRequest,
      response: { 200: EnrolmentAnswer, 201: EnrolmentAnswer, ...problems(400, 403, 409) },
    },
    handler: async (request, reply) => enrol(context, { limiter, outcomes }, request, reply, request.body),
  });
}
