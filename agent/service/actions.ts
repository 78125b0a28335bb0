import { power } from '../platform/power.ts';
import { showOnTerminals } from '../platform/linux-notice.ts';
import { wake } from '../platform/wake.ts';
import { showInSessions } from '../platform/windows/notice.ts';
import type { Platform } from '../probes/probe.ts';
import type { Actions } from '../remote/actions.ts';
import { NOTICE_TITLE } from '../remote/notices.ts';

/** What this machine can be asked to do. */
export function actionsOf({ name, door }: Platform): Actions {
  const windows = name === 'windows';
  return {
    show: async (text) => (windows ? showInSessions(await door.windows?.sessions(), NOTICE_TITLE, text) : showOnTerminals(door, text)),
    wake: (macs) => wake(macs),
    power: (what) => power(windows ? 'windows' : 'linux', door, what),
  };
}
