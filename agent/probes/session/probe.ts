import type { OpenProbe, Probe, ProbeContext } from '../probe.ts';
import { Activity } from './activity.ts';
import { readInputCounters, readLoginSessions, readTerminalInput } from './linux.ts';
import { localSessions, sessionState } from './parse.ts';
import { openWindowsSession } from './windows.ts';

async function openLinuxSession({ door, clock }: ProbeContext): Promise<OpenProbe<'session'>> {
  const activity = new Activity();
  return {
    sample: async () => {
      const [sessions, counters] = await Promise.all([readLoginSessions(door), readInputCounters(door)]);
      const touch = activity.look(counters, clock.mono());
      if (sessions === undefined) return { session: { session: 'unknown', idleSeconds: touch } };
      const state = sessionState(sessions);
      if (state === 'none') return { session: { session: 'none', idleSeconds: null } };
      const terminals = localSessions(sessions).filter((one) => one.tty !== '' && one.type === 'tty');
      const typed = await Promise.all(terminals.map((one) => readTerminalInput(door, one.tty)));
      const idles = typed.flatMap((at) => (at === undefined ? [] : [Math.max(0, Math.floor((clock.now() - at) / 1000))]));
      // Where people only sit at text consoles the terminals alone tell; a desktop needs the input counters.
      const onlyTerminals = terminals.length === localSessions(sessions).length && idles.length === terminals.length;
      if (touch === null && !onlyTerminals) {
        const least = Math.min(...idles);
        // Typing a moment ago is use, whatever else there is.
        return { session: { session: state, idleSeconds: least < 60 ? least : null } };
      }
      return { session: { session: state, idleSeconds: Math.min(...idles, ...(touch === null ? [] : [touch])) } };
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
