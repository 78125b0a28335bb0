import { join } from 'node:path';
import { untilSignal } from '../../../runtime/lifecycle.ts';
import { createLog } from '../../../runtime/log.ts';
import { RotatingFile } from '../../../runtime/rotating-file.ts';
import { giveMemoryBack } from '../../platform/windows/last-input.ts';
import { hostService, type ServiceControl } from '../../platform/windows/service-host.ts';
import { Watchdog } from '../../platform/windows/watchdog.ts';
import { SERVICE } from '../layout.ts';
import { keepUntil, START_AGAIN, wishes } from '../service.ts';

/** The heart beats each minute; a process whose event loop hangs this long is ended, and the service manager starts it again. */
const PATIENCE_MS = 15 * 60_000;

/** `labwatch agent service` on Windows: under the service manager, or (the fallback task, a person) without it. */
export async function runWindowsService(argv: readonly string[]): Promise<number> {
  const { home, logLevel } = wishes(argv);
  const log = createLog({ level: logLevel, format: 'json', program: 'agent', to: new RotatingFile(join(home, 'agent', 'agent.log')) });
  const end = Promise.withResolvers<'stopped' | 'shutdown'>();
  const watchdog = new Watchdog(PATIENCE_MS);
  let kept: { wake(): void } | undefined;
  const onControl = (control: ServiceControl): void => {
    log.debug({ control }, 'the service manager said');
    if (control === 'stop') end.resolve('stopped');
    else if (control === 'shutdown') end.resolve('shutdown');
    else if (control === 'suspend') watchdog.rest();
    else {
      watchdog.feed();
      kept?.wake();
    }
  };
  const host = await hostService(SERVICE, onControl);
  if (host === undefined) void untilSignal().then(() => end.resolve('stopped'));
  log.info({ manager: host !== undefined }, 'the service of the agent starts');
  const reason = await keepUntil(argv, {
    log,
    stop: end.promise,
    beat: () => watchdog.feed(),
    reclaim: async () => giveMemoryBack(),
    onKept: (keeper) => {
      kept = keeper;
    },
  });
  watchdog.rest();
  // A service that ends without saying that it has stopped is started again (docs of SC_ACTION_RESTART), and that is wanted here.
  if (reason === 'restart') process.exit(START_AGAIN);
  host?.stopped();
  return 0;
}
