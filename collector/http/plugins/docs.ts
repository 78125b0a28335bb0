import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { App } from '../context.ts';
import { openapiOptions } from '../openapi-options.ts';

/** Must be registered before the routes: it listens to them. */
export async function describeRoutes(app: App): Promise<void> {
  await app.register(swagger, openapiOptions);
}

/** The document for people at /api/docs, for programs at /api/docs/json. Its files come from this server: it works offline. */
export async function serveDocs(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'labwatch API' },
    uiConfig: { deepLinking: true, docExpansion: 'list', validatorUrl: null },
  });
}
