import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentStatus, readStatus } from '../../core/status-file.ts';
import { agentErrors } from '../../errors.ts';
import { say } from './install-text.ts';
import type { Wanted } from './wanted.ts';

const LOOK_MS = 250;

const exitOf = (code: string): number => (Object.hasOwn(agentErrors, code) ? agentErrors[code as keyof typeof agentErrors].exit : 69);

/** Looks at what the service writes until it is connected, has a problem that a person must mend, or the time is up. */
async function lastStatus(path: string, began: number, seconds: number): Promise<AgentStatus | undefined> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const status = readStatus(path);
    const fresh = status !== undefined && status.at >= began ? status : undefined;
    const settled = fresh?.link === 'connected' || fresh?.problem !== undefined;
    if (settled || performance.now() >= end) return fresh;
    await sleep(LOOK_MS);
  }
}

/**
 * What became of an installation, for a person.
 * @param options.began epoch ms: what was written before belongs to an earlier run
 */
export async function waitUntilEnrolled(options: {
  what: Wanted;
  began: number;
  seconds: number;
  language: 'en' | 'vi';
}): Promise<{ readonly lines: readonly string[]; readonly exit: number }> {
  const { what, began, seconds, language } = options;
  const text = say(language);
  const status = await lastStatus(join(what.home, 'agent', 'status.json'), began, seconds);
  const { server, seat } = what.settings as { server?: string; seat?: string };
  const known = [...(server === undefined ? [] : [text.server(server)]), ...(seat === undefined ? [] : [text.seat(seat)])];
  if (status === undefined) return { lines: [...known, text.silent], exit: 69 };
  if (status.problem !== undefined) return { lines: [...known, status.problem[language], text.notYet], exit: exitOf(status.problem.code) };
  if (status.device === undefined) return { lines: [...known, text.notYet], exit: 69 };
  const lines = [...known, text.device(status.device)];
  if (status.link === 'connected') return { lines: [...lines, text.done], exit: 0 };
  return { lines: [...lines, text.enrolledOnly(status.linkError ?? status.link)], exit: 0 };
}
