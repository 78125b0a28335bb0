import cookie from '@fastify/cookie';
import etag from '@fastify/etag';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import type { App, HttpContext } from './context.ts';
import { requireAuth } from './plugins/auth.ts';
import { serveConsole } from './plugins/console.ts';
import { countAnswers } from './plugins/counts.ts';
import { describeRoutes, serveDocs } from './plugins/docs.ts';
import { problemErrors, sendProblem } from './plugins/errors.ts';
import { limitRequests } from './plugins/limits.ts';
import { refuseForeignOrigins } from './plugins/same-origin.ts';
import { securityHeaders } from './plugins/security-headers.ts';
import { ProblemError } from './problems.ts';
import { API_ROUTES } from './routes/index.ts';
import { probeRoutes } from './routes/probes/routes.ts';

/** Nothing this interface takes is larger: an enrolment is the largest, at about 5 kB. */
const BODY_LIMIT = 64 * 1024;

/** The app with all its plugins and routes, not listening yet. */
export async function buildApp(context: HttpContext): Promise<App> {
  const app: App = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    // A proxy on this machine may say for whom it asks; nobody else is believed.
    trustProxy: 'loopback',
    forceCloseConnections: true,
    frameworkErrors: (_error, _request, reply) => void sendProblem(reply, 'BAD_REQUEST'),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // fast-json-stringify turns a null where a number should be into 0; here unknown is never 0.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('auth', null);
  app.decorateRequest('device', '');
  problemErrors(app, context.log);
  countAnswers(app, context);
  await limitRequests(app, context.limit);
  await securityHeaders(app);
  await app.register(cookie);
  await describeRoutes(app);
  probeRoutes(app, context);
  await app.register(async (scope) => apiScope(scope.withTypeProvider<TypeBoxTypeProvider>(), context), { prefix: '/api/v1' });
  await serveDocs(app);
  await serveConsole(app, context.consoleFolder);
  return app;
}

/** Everything here needs a session or a token unless its route says that it is open. */
async function apiScope(scope: App, context: HttpContext): Promise<void> {
  refuseForeignOrigins(scope);
  requireAuth(scope, context);
  scope.addHook('onSend', async (request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', request.method === 'GET' ? 'private, no-cache' : 'no-store');
  });
  await scope.register(etag, { weak: true });
  for (const routes of API_ROUTES) routes(scope, context);
  const unknown = async (): Promise<never> => {
    throw new ProblemError('NOT_FOUND');
  };
  // Real routes, so that the checks above run for addresses that do not exist too.
  for (const url of ['/', '/*']) scope.all(url, { schema: { hide: true } }, unknown);
}
