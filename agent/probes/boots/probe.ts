import { noData, type Probe } from '../probe.ts';
import { readBoot } from './linux.ts';

/** Which boot this is, when it began, and how the one before ended. Read once. */
export const boots: Probe<'boot'> = {
  name: 'boots',
  kinds: ['boot'],
  platforms: ['linux'],
  intervalSeconds: 0,
  open: async ({ door }) => ({
    sample: async () => {
      const boot = await readBoot(door);
      return boot === undefined ? noData('unreadable') : { boot };
    },
    close: async () => {},
  }),
};
