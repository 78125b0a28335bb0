import type { OpenProbe, Probe, ProbeContext } from '../probe.ts';
import { Activity } from './activity.ts';
import { readInputCounters, readLoginSessions, readTerminalInput } from './linux.ts';
import { localSessions, sessionState, type LoginSession } from './parse.ts';
import { openWindowsSession } from './windows.ts';
import { XIdle } from './x11-idle.ts';

/**
 * How long ago somebody touched each session that a person could be touching now: text consoles by their terminal, X
 * sessions by their server. @returns null for one that cannot be told (Wayland, a server that does not answer)
 */
async function idlesOf(context: ProbeContext, x: XIdle, sessions: readonly LoginSession[]): Promise<(number | null)[]> {
  const { door, clock } = context;
  return Promise.all(
    sessions.map(async (one) => {
      if (one.type === 'x11') return (await x.look(one)) ?? null;
      const at = one.type === 'tty' && one.tty !== '' ? await readTerminalInput(door, one.tty) : undefined;
      return at === undefined ? null : Math.max(0, Math.floor((clock.now() - at) / 1000));
    }),
  );
}

async function openLinuxSession(context: ProbeContext): Promise<OpenProbe<'session'>> {
  const { door, clock } = context;
  const activity = new Activity();
  const x = new XIdle(door, clock);
  return {
    sample: async () => {
      const [sessions, counters] = await Promise.all([readLoginSessions(door), readInputCounters(door)]);
      const touch = activity.look(counters, clock.mono());
      if (sessions === undefined) return { session: { session: 'unknown', idleSeconds: touch } };
      const state = sessionState(sessions);
      if (state === 'none') return { session: { session: 'none', idleSeconds: null } };
      const people = localSessions(sessions);
      // Keys go to the session in front; where none says that it is, to any.
      const front = people.filter((one) => one.active);
      const idles = await idlesOf(context, x, front.length > 0 ? front : people);
      const known = [...idles, touch].filter((idle) => idle !== null);
      const least = Math.min(...known);
      const allTold = touch !== null || idles.every((idle) => idle !== null);
      // Something done a moment ago is use, whatever else there is.
      return { session: { session: state, idleSeconds: known.length > 0 && (allTold || least < 60) ? least : null } };
    },
    close: async () => {},
  };
}

/** Whether somebody is logged in at this machine, and how long ago somebody touched it. Never who. */
export const session: Probe<'session'> = {
  name: 'session',
  kinds: ['session'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 20,
  open: (context) => (context.platform.name === 'windows' ? openWindowsSession(context) : openLinuxSession(context)),
};
