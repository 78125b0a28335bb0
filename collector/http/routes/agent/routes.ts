import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Type } from 'typebox';
import { UpdateAnswer, UpdateQuery } from '../../../../protocol/release.ts';
import { releaseFolder } from '../../../../runtime/release-files.ts';
import type { App, HttpContext } from '../../context.ts';
import { countRequest } from '../../plugins/limits.ts';
import { OPEN, problems } from '../responses.ts';
import { requireDevice } from './device-login.ts';
import { Updates } from './updates.ts';

const FilePath = Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the packed file.' }) });
const BYTES = { description: 'The packed file, or the range that was asked for.', content: { 'application/zstd': { schema: {} } } };

/** What agents ask for themselves, with the id and secret of their MQTT connection. */
export function agentRoutes(app: App, context: HttpContext): void {
  const updates = new Updates(context);
  const asked = context.metrics.counter('labwatch_update_questions_total', 'Questions of agents for a release, by answer');
  const limiter = app.createRateLimit({ max: context.limit.updates.max, timeWindow: context.limit.updates.windowMs });
  void app.register(fastifyStatic, {
    root: resolve(releaseFolder(context.home)),
    serve: false,
    cacheControl: false,
    etag: false,
    dotfiles: 'deny',
  });
  app.route({
    method: 'GET',
    url: '/agent/update',
    ...OPEN,
    onRequest: [(request) => countRequest(limiter, request), requireDevice(context)],
    schema: {
      operationId: 'askForUpdate',
      summary: 'Which release is for this device now, and where it gets it; 204 when there is none.',
      tags: ['agent'],
      security: [{ device: [] }],
      querystring: UpdateQuery,
      response: { 200: UpdateAnswer, 204: Type.Null({ description: 'Nothing newer for this device.' }), ...problems(400, 401, 403) },
    },
    handler: async (request, reply) => {
      const answer = await updates.answer(request.device, request.query);
      const way = answer === undefined ? 'none' : answer.server ? 'server' : answer.neighbours.length > 0 ? 'neighbours' : 'wait';
      asked.add({ answer: way });
      void reply.header('cache-control', 'no-store');
      return answer ?? (reply.code(204).send(null) as never);
    },
  });
  app.route({
    method: 'GET',
    url: '/agent/files/:sha256',
    ...OPEN,
    onRequest: requireDevice(context),
    schema: {
      operationId: 'fetchReleaseFile',
      summary: 'A packed executable, whole or by a byte range (RFC 9110, section 14), for the device whose turn it is.',
      tags: ['agent'],
      security: [{ device: [] }],
      params: FilePath,
      response: { 200: BYTES, 206: BYTES, ...problems(400, 401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      await updates.renew(request.device, request.params.sha256);
      // Bound to a device and its turn: no cache on the way may keep it.
      void reply.header('cache-control', 'no-store').type('application/zstd');
      return reply.sendFile(request.params.sha256) as never;
    },
  });
}
