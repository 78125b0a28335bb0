import { constants, setPriority } from 'node:os';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { commonSettings } from '../../runtime/common-settings.ts';
import { untilSignal } from '../../runtime/lifecycle.ts';
import { createLog, type Log } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { systemClock } from '../platform/clock.ts';
import { collectGarbage } from '../platform/collect.ts';
import { agentSettings } from '../settings.ts';
import { makeAgent } from './make.ts';

/** By then it is enrolled, connected and has read the hardware once: what that needed is not needed again today. */
const RECLAIM_AFTER_MS = 20_000;

/**
 * Whether the whole machine goes off. systemd takes logins away (`/run/nologin`, systemd-user-sessions.service) before it
 * stops services at a shutdown, and at no other time that matters here.
 */
export const goesOff = (): boolean => existsSync('/run/nologin') || existsSync('/run/systemd/shutdown/scheduled');

/** What a pupil does comes first. */
export function lowerPriority(log: Log): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    log.debug({ err: error }, 'the priority could not be lowered');
  }
}

/** `labwatch agent run`: watches this machine until SIGINT or SIGTERM, below normal priority. */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = loadSettings({ ...agentSettings, ...commonSettings }, { argv, env: process.env, sections: ['labwatch', 'agent'] });
  // Made and judged by the agent itself: an enrolled machine goes on without a disk it can write.
  const home = resolve(values.home);
  const log = createLog({ level: values.logLevel, format: values.logFormat, program: 'agent' });
  lowerPriority(log);
  const agent = makeAgent({ settings: { ...values, home }, log, ownProcess: true });
  const signal = untilSignal();
  await agent.start();
  const rested = systemClock.after(RECLAIM_AFTER_MS, () => log.debug({ collected: collectGarbage() }, 'gave memory back'));
  log.info({ home }, 'the agent watches this machine');
  await signal;
  rested.cancel();
  await agent.stop(goesOff() ? 'shutdown' : 'stopped');
  return 0;
}
