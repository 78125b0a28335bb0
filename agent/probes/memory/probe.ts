import { noData, type Probe } from '../probe.ts';
import { readMemory } from './linux.ts';
import { readMemoryStatus } from './windows.ts';

/** Memory and swap in use now. */
export const memory: Probe<'metrics'> = {
  name: 'memory',
  kinds: ['metrics'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 60,
  open: async ({ door, platform }) => ({
    sample: async () => {
      const metrics = await (platform.name === 'windows' ? readMemoryStatus : readMemory)(door);
      return metrics === undefined ? noData('unreadable') : { metrics };
    },
    close: async () => {},
  }),
};
