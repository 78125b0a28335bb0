import { isSea } from 'node:sea';
import { commonSettings } from '../../runtime/common-settings.ts';
import { openHome } from '../../runtime/home.ts';
import { untilSignal } from '../../runtime/lifecycle.ts';
import { createLog, type Log } from '../../runtime/log.ts';
import { loadSettings, type Values } from '../../runtime/settings.ts';
import { VERSION } from '../../runtime/version.ts';
import { systemClock } from '../platform/clock.ts';
import { agentSettings } from '../settings.ts';
import { type Places, placesOf } from '../update/places.ts';
import { TrialWatch } from '../update/trial-watch.ts';
import { aliveFile, Heartbeat } from './heartbeat.ts';
import { Keeper } from './keep.ts';
import { here, layoutOf } from './layout.ts';
import { makeAgent } from './make.ts';
import { reclaim } from './reclaim.ts';
import { collectGarbage } from '../platform/collect.ts';
import { goesOff, lowerPriority } from './run.ts';

/** What a start has touched and nothing needs any more is given back this long after it. */
const RECLAIM_AFTER_MS = 20_000;

const definition = { ...agentSettings, ...commonSettings };
const load = (argv: readonly string[]): Values<typeof definition> =>
  loadSettings(definition, { argv, env: process.env, sections: ['labwatch', 'agent'] }).values;

/** Where the agent keeps its data and how much it logs, also when the settings are broken: the line that says so must come out. */
export function wishes(argv: readonly string[]): Pick<Values<typeof commonSettings>, 'home' | 'logLevel' | 'logFormat'> {
  try {
    return load(argv);
  } catch {
    return { home: layoutOf().home, logLevel: 'info', logFormat: 'json' };
  }
}

/** What differs between the systems that keep an agent at work. */
export interface Surroundings {
  readonly log: Log;
  /** Settles when it is to end. */
  readonly stop: Promise<'stopped' | 'shutdown'>;
  /** See Heartbeat. */
  readonly beat: ((count: number) => void) | undefined;
  /** Gives memory back to the machine, once. */
  readonly reclaim: () => Promise<unknown>;
  /** Gets what wakes the agent after a sleep. */
  readonly onKept?: (kept: { wake(): void }) => void;
}

/** The executable this program is, with what lies beside it; undefined when it runs from its sources. */
const ownPlaces = (): Places | undefined => (isSea() ? placesOf(process.execPath) : undefined);

/**
 * An agent that is kept at work until `stop` settles with the reason of the end, or until it is to be started anew.
 * @returns `restart`: another executable lies in the place of this one, and is to be started
 */
export async function keepUntil(argv: readonly string[], around: Surroundings): Promise<'stopped' | 'shutdown' | 'restart'> {
  const { log, stop, beat } = around;
  const again = Promise.withResolvers<'restart'>();
  const restart = (): void => again.resolve('restart');
  const places = ownPlaces();
  // Before anything that could fail: it may be this version's last start.
  const trial = places === undefined ? undefined : new TrialWatch(places, VERSION, { clock: systemClock, log, restart });
  if (trial?.state.is === 'leave') {
    log.warn({ version: VERSION }, 'this version did not prove itself; the one before lies in its place again');
    return 'restart';
  }
  lowerPriority(log);
  const make = async (): Promise<{ agent: ReturnType<typeof makeAgent>; home: string }> => {
    const values = load(argv);
    const home = openHome(values.home);
    const self = trial === undefined ? {} : { self: { trial, words: argv, restart, reclaim: () => around.reclaim() } };
    return { agent: makeAgent({ settings: { ...values, home }, log, ownProcess: true, restartAgent: restart, ...self }), home };
  };
  const keeper = new Keeper({ make, clock: systemClock, log, random: Math.random });
  around.onKept?.(keeper);
  const heartbeat = new Heartbeat(() => keeper.works(), beat);
  heartbeat.start();
  const started = keeper.start();
  const later = systemClock.after(RECLAIM_AFTER_MS, () => {
    collectGarbage();
    void around.reclaim().then((what) => log.debug({ what: what ?? null }, 'gave memory back'));
  });
  const reason = await Promise.race([stop, again.promise]);
  later.cancel();
  heartbeat.stop();
  await keeper.stop(reason === 'restart' ? 'stopped' : reason);
  await started;
  if (reason !== 'restart') trial?.pause();
  return reason;
}

/** EX_TEMPFAIL of sysexits.h: try again. A service manager that restarts after failures alone starts the new executable too. */
export const START_AGAIN = 75;

/** `labwatch agent service`: what the service manager starts. As `run`, but it never gives up. */
export async function service(argv: readonly string[]): Promise<number> {
  if (here() === 'windows') return (await import('./windows/run-service.ts')).runWindowsService(argv);
  const { logLevel, logFormat } = wishes(argv);
  const log = createLog({ level: logLevel, format: logFormat, program: 'agent' });
  const stop = untilSignal().then((): 'shutdown' | 'stopped' => (goesOff() ? 'shutdown' : 'stopped'));
  log.info('the service of the agent starts');
  return (await keepUntil(argv, { log, stop, beat: aliveFile(), reclaim: () => reclaim() })) === 'restart' ? START_AGAIN : 0;
}
