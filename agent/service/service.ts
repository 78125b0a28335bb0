import { commonSettings } from '../../runtime/common-settings.ts';
import { openHome } from '../../runtime/home.ts';
import { untilSignal } from '../../runtime/lifecycle.ts';
import { createLog, type Log } from '../../runtime/log.ts';
import { loadSettings, type Values } from '../../runtime/settings.ts';
import { systemClock } from '../platform/clock.ts';
import { agentSettings } from '../settings.ts';
import { Heartbeat } from './heartbeat.ts';
import { Keeper } from './keep.ts';
import { makeAgent } from './make.ts';
import { reclaim } from './reclaim.ts';
import { goesOff, lowerPriority } from './run.ts';

/** What a start has touched and nothing needs any more is given back this long after it. */
const RECLAIM_AFTER_MS = 20_000;

const definition = { ...agentSettings, ...commonSettings };
const load = (argv: readonly string[]): Values<typeof definition> =>
  loadSettings(definition, { argv, env: process.env, sections: ['labwatch', 'agent'] }).values;

/** How much to log, also when the settings are broken: the line that says so must come out. */
export function logWishes(argv: readonly string[]): Pick<Values<typeof commonSettings>, 'logLevel' | 'logFormat'> {
  try {
    return load(argv);
  } catch {
    return { logLevel: 'info', logFormat: 'json' };
  }
}

/** An agent that is kept at work until `stop` settles with the reason of the end. */
export async function keepUntil(argv: readonly string[], log: Log, stop: Promise<'stopped' | 'shutdown'>): Promise<void> {
  lowerPriority(log);
  const make = async (): Promise<{ agent: ReturnType<typeof makeAgent>; home: string }> => {
    const values = load(argv);
    const home = openHome(values.home);
    return { agent: makeAgent({ settings: { ...values, home }, log, ownProcess: true }), home };
  };
  const keeper = new Keeper({ make, clock: systemClock, log, random: Math.random });
  const heartbeat = new Heartbeat(() => keeper.works());
  heartbeat.start();
  const started = keeper.start();
  const later = systemClock.after(RECLAIM_AFTER_MS, () => {
    void reclaim().then((bytes) => log.debug({ bytes: bytes ?? null }, 'gave memory back'));
  });
  const reason = await stop;
  later.cancel();
  heartbeat.stop();
  await keeper.stop(reason);
  await started;
}

/** `labwatch agent service`: what the service manager starts. As `run`, but it never gives up. */
export async function service(argv: readonly string[]): Promise<number> {
  const { logLevel, logFormat } = logWishes(argv);
  const log = createLog({ level: logLevel, format: logFormat, program: 'agent' });
  const stop = untilSignal().then((): 'shutdown' | 'stopped' => (goesOff() ? 'shutdown' : 'stopped'));
  log.info('the service of the agent starts');
  await keepUntil(argv, log, stop);
  return 0;
}
