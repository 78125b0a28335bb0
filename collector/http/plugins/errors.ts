import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LabwatchError } from '../../../runtime/errors.ts';
import type { Log } from '../../../runtime/log.ts';
import type { App } from '../context.ts';
import { PROBLEMS, ProblemError, problemBody, type ProblemCode } from '../problems.ts';

/** What fastify's own errors mean in our catalogue, by status. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  // A path that leads out of the console's folder.
  403: 'NOT_FOUND',
  404: 'NOT_FOUND',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

export function sendProblem(reply: FastifyReply, code: ProblemCode, detail?: string): FastifyReply {
  const body = problemBody(code, detail);
  return reply
    .code(body.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body);
}

/** Where the first fault is and what is allowed there; never the value, which may be a secret. */
function validationDetail(error: FastifyError): string | undefined {
  const first = error.validation?.[0];
  if (first === undefined) return undefined;
  return `${error.validationContext ?? 'request'}${first.instancePath} ${first.message ?? 'is not valid'}`;
}

/** One place that turns anything thrown into problem details. What is not ours is logged and told as INTERNAL, without its text. */
export function problemErrors(app: App, log: Log): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof ProblemError) {
      if (error.retryAfter !== undefined) void reply.header('retry-after', error.retryAfter);
      if (PROBLEMS[error.code].status === 401) void reply.header('www-authenticate', 'Bearer realm="labwatch"');
      return sendProblem(reply, error.code, error.detail);
    }
    const status = error.validation === undefined ? (error.statusCode ?? 500) : 400;
    if (status < 500) return sendProblem(reply, BY_STATUS[status] ?? 'BAD_REQUEST', validationDetail(error));
    const busy = error instanceof LabwatchError && error.code.startsWith('LEDGER_');
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    return sendProblem(reply, busy ? 'LEDGER_UNAVAILABLE' : 'INTERNAL');
  });
}
