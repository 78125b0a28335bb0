import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpContext } from '../../context.ts';
import { clearSessionCookie, SESSION_TTL_MS, sessionCookie, setSessionCookie } from '../../plugins/auth.ts';
import type { Counter } from '../../../../runtime/metrics.ts';
import { countRequest, type Limiter } from '../../plugins/limits.ts';
import { ProblemError } from '../../problems.ts';
import type { Login, PasswordChange, Session } from '../../schemas/session.ts';
import type { User } from '../../../../ledger/index.ts';

export interface LoginLimits {
  readonly perAddress: Limiter;
  readonly perName: Limiter;
  readonly outcomes: Counter;
}

const view = (user: User): Session => ({ user: { name: user.name, role: user.role, mustChangePassword: user.mustChangePassword } });

/** A wrong name costs as much as a wrong password, in time (the ledger sees to it) and in answers. */
export async function login(
  context: HttpContext,
  limits: LoginLimits,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Login,
): Promise<Session> {
  await countRequest(limits.perAddress, request);
  await countRequest(limits.perName, request);
  const { users, audit } = context.ledger;
  const user = await users.verify(body.name, body.password);
  limits.outcomes.add({ outcome: user === undefined ? 'refused' : 'opened' });
  if (user === undefined) throw new ProblemError('WRONG_PASSWORD');
  const now = context.clock.now();
  // Its cookie is replaced: nobody could end the session before any more.
  const before = sessionCookie(request);
  if (before !== undefined) {
    await users.closeSession(before);
    context.hub.closeStreamsOf(before);
  }
  setSessionCookie(request, reply, await users.openSession(user.id, now, SESSION_TTL_MS));
  await audit.write({ at: now, who: user.name, what: 'login', subject: user.name });
  return view(user);
}

export function currentSession(request: FastifyRequest): Session {
  return view(request.auth!.user);
}

export async function logout(context: HttpContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const auth = request.auth!;
  if (auth.by !== 'session') throw new ProblemError('SESSION_NEEDED');
  await context.ledger.users.closeSession(auth.value);
  context.hub.closeStreamsOf(auth.value);
  clearSessionCookie(request, reply);
  await reply.code(204).send();
}

/** Every session of the user ends, then this browser gets a new one. */
export async function changePassword(
  context: HttpContext,
  limits: LoginLimits,
  request: FastifyRequest,
  reply: FastifyReply,
  body: PasswordChange,
): Promise<Session> {
  const auth = request.auth!;
  if (auth.by !== 'session') throw new ProblemError('SESSION_NEEDED');
  await countRequest(limits.perAddress, request);
  const { users, audit } = context.ledger;
  if ((await users.verify(auth.user.name, body.current)) === undefined) throw new ProblemError('CURRENT_PASSWORD_WRONG');
  if (body.next === body.current) throw new ProblemError('PASSWORD_REFUSED', { detail: 'the new password is the old one' });
  await setPassword(context, auth.user.name, body.next);
  await users.closeSession(auth.value);
  context.hub.closeStreamsOf(auth.value);
  const now = context.clock.now();
  setSessionCookie(request, reply, await users.openSession(auth.user.id, now, SESSION_TTL_MS));
  await audit.write({ at: now, who: auth.user.name, what: 'password-changed', subject: auth.user.name });
  context.passwordChanged(auth.user.name);
  return view({ ...auth.user, mustChangePassword: false });
}

async function setPassword(context: HttpContext, name: string, password: string): Promise<void> {
  try {
    await context.ledger.users.setPassword(name, password, false);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'PASSWORD_TOO_SHORT') throw new ProblemError('PASSWORD_REFUSED', { detail: 'too short' });
    // Letters may become more when they are composed (NFC), so that the schema alone does not bound them.
    if (code === 'PASSWORD_TOO_LONG') throw new ProblemError('PASSWORD_REFUSED', { detail: 'too long' });
    throw error;
  }
}
