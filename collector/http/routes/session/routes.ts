import { Type } from 'typebox';
import type { App, HttpContext } from '../../context.ts';
import { Login, PasswordChange, Session } from '../../schemas/session.ts';
import { problems } from '../responses.ts';
import { changePassword, currentSession, login, logout, type LoginLimits } from './handlers.ts';

export function sessionRoutes(app: App, context: HttpContext): void {
  const { loginsPerAddress, loginsPerName } = context.limit;
  const limits: LoginLimits = {
    perAddress: app.createRateLimit({ max: loginsPerAddress.max, timeWindow: loginsPerAddress.windowMs }),
    perName: app.createRateLimit({
      max: loginsPerName.max,
      timeWindow: loginsPerName.windowMs,
      keyGenerator: (request) => (request.body as Login).name.normalize('NFC').toLowerCase(),
    }),
    outcomes: context.metrics.counter('labwatch_logins_total', 'Logins by outcome: many that are refused are somebody who guesses'),
  };
  app.route({
    method: 'POST',
    url: '/session',
    config: { access: 'open' },
    schema: {
      operationId: 'login',
      summary: 'Log in: sets the session cookie.',
      tags: ['session'],
      security: [],
      body: Login,
      response: { 200: Session, ...problems(400, 401, 403) },
    },
    handler: async (request, reply) => login(context, limits, request, reply, request.body),
  });
  app.route({
    method: 'GET',
    url: '/session',
    schema: {
      operationId: 'getSession',
      summary: 'Who is logged in.',
      tags: ['session'],
      response: { 200: Session, ...problems(401) },
    },
    handler: async (request) => currentSession(request),
  });
  app.route({
    method: 'DELETE',
    url: '/session',
    config: { beforePasswordChange: true },
    schema: {
      operationId: 'logout',
      summary: 'Log out: ends the session and its streams.',
      tags: ['session'],
      response: { 204: Type.Null({ description: 'Logged out.' }), ...problems(401, 403) },
    },
    handler: async (request, reply) => logout(context, request, reply),
  });
  app.route({
    method: 'POST',
    url: '/session/password',
    config: { beforePasswordChange: true },
    schema: {
      operationId: 'changePassword',
      summary: 'Change the own password; every other session of the user ends.',
      tags: ['session'],
      body: PasswordChange,
      response: { 200: Session, ...problems(400, 401, 403) },
    },
    handler: async (request, reply) => changePassword(context, limits, request, reply, request.body),
  });
}
