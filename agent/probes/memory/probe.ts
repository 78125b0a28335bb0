import { noData, type Probe } from '../probe.ts';
import { readMemory } from './linux.ts';

/** Memory and swap in use now. */
export const memory: Probe<'metrics'> = {
  name: 'memory',
  kinds: ['metrics'],
  platforms: ['linux'],
  intervalSeconds: 20,
  open: async ({ door }) => ({
    sample: async () => {
      const metrics = await readMemory(door);
      return metrics === undefined ? noData('unreadable') : { metrics };
    },
    close: async () => {},
  }),
};
