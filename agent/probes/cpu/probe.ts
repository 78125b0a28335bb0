import { noData, type Probe } from '../probe.ts';
import { readCpuTimes } from './linux.ts';
import { cpuLoad, type CpuTimes } from './parse.ts';
import { readSystemTimes } from './windows.ts';

/** Load of all processors together between two samples. */
export const cpu: Probe<'metrics'> = {
  name: 'cpu',
  kinds: ['metrics'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 20,
  open: async ({ door, platform }) => {
    const read = platform.name === 'windows' ? readSystemTimes : readCpuTimes;
    let before: CpuTimes | undefined;
    return {
      sample: async () => {
        const after = await read(door);
        const last = before;
        before = after;
        if (after === undefined) return noData('unreadable');
        if (last === undefined) return noData('first-sample');
        const load = cpuLoad(last, after);
        return load === undefined ? noData('unreadable') : { metrics: { cpu: load } };
      },
      close: async () => {
        before = undefined;
      },
    };
  },
};
