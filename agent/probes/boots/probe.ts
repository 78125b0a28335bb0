import { noData, type Probe } from '../probe.ts';
import { readBoot } from './linux.ts';
import { readWindowsBoot } from './windows.ts';

/** Which boot this is, when it began, and how the one before ended. Read once, at start, and so may start a program. */
export const boots: Probe<'boot'> = {
  name: 'boots',
  kinds: ['boot'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 0,
  timeoutSeconds: 20,
  open: async ({ door, clock }) => ({
    sample: async () => {
      const boot = await (door.windows === undefined ? readBoot(door) : readWindowsBoot(door, door.windows, clock));
      return boot === undefined ? noData('unreadable') : { boot };
    },
    close: async () => {},
  }),
};
