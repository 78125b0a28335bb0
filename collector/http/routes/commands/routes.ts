import type { App, HttpContext } from '../../context.ts';
import { CommandPage, CommandQuery, CommandRequest, CommandView, UnitCommands } from '../../schemas/command.ts';
import { DeviceParams } from '../../schemas/device.ts';
import { UnitParams } from '../../schemas/settings.ts';
import { problems } from '../responses.ts';
import { commandDevice, commandUnit, listCommands } from './handlers.ts';

const tags = ['commands'];
const PAGE = 20;

/** Commands from a closed list. */
export function commandRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'POST',
    url: '/devices/:id/commands',
    schema: {
      operationId: 'commandDevice',
      summary: 'A command for one device. It waits until the device is connected, and expires.',
      tags,
      params: DeviceParams,
      body: CommandRequest,
      response: { 201: CommandView, ...problems(400, 401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      void reply.code(201);
      return commandDevice(context, request.params.id, request.body, request.auth!.user.name);
    },
  });
  app.route({
    method: 'GET',
    url: '/devices/:id/commands',
    schema: {
      operationId: 'listCommands',
      summary: 'The last commands to a device and about it, newest first, with what became of them.',
      tags,
      params: DeviceParams,
      querystring: CommandQuery,
      response: { 200: CommandPage, ...problems(400, 401, 404) },
    },
    handler: async (request) => listCommands(context, request.params.id, request.query.limit ?? PAGE),
  });
  app.route({
    method: 'POST',
    url: '/units/:id/commands',
    schema: {
      operationId: 'commandUnit',
      summary: 'A command for every device of a unit and below.',
      tags,
      params: UnitParams,
      body: CommandRequest,
      response: { 201: UnitCommands, ...problems(400, 401, 403, 404) },
    },
    handler: async (request, reply) => {
      void reply.code(201);
      return commandUnit(context, request.params.id, request.body, request.auth!.user.name);
    },
  });
}
