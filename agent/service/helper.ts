import { untilSignal } from '../../runtime/lifecycle.ts';
import { agentFail } from '../errors.ts';
import { systemClock } from '../platform/clock.ts';
import { IdleHelper } from '../platform/windows/helper.ts';

/**
 * `labwatch agent helper`: runs in the session of whoever is logged in, and tells the agent how long nothing was touched there;
 * a service of Windows cannot see that itself. It loads next to nothing, because every session has one.
 * @throws LabwatchError AGENT_WINDOWS_ONLY
 */
export async function helper(): Promise<number> {
  if (process.platform !== 'win32') throw agentFail('AGENT_WINDOWS_ONLY', { word: 'helper' });
  const idle = new IdleHelper(systemClock);
  const signal = untilSignal();
  idle.start();
  await signal;
  idle.stop();
  return 0;
}
