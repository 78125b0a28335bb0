import { noData, type MetricsPart, type Probe } from '../probe.ts';
import { readDiskCounters, SYSTEM_VOLUME } from './linux.ts';
import { diskRates, diskUse, type DiskCounters } from './parse.ts';
import { readDiskPerformance, systemVolume } from './windows.ts';

/** Room on the system volume, and bytes a second to and from the physical disks. */
export const disk: Probe<'metrics'> = {
  name: 'disk',
  kinds: ['metrics'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 60,
  open: async ({ door, clock, platform }) => {
    const isWindows = platform.name === 'windows';
    const readCounters = isWindows ? readDiskPerformance : readDiskCounters;
    const volume = isWindows ? await systemVolume(door) : SYSTEM_VOLUME;
    let before: { counters: DiskCounters; mono: number } | undefined;
    return {
      sample: async () => {
        const [space, counters] = await Promise.all([door.space(volume), readCounters(door)]);
        const after = { counters, mono: clock.mono() };
        const rates = before === undefined ? undefined : diskRates(before.counters, counters, (after.mono - before.mono) / 1000);
        before = after;
        const used = space === undefined ? undefined : diskUse(space);
        const metrics: MetricsPart = {
          ...(used === undefined || space === undefined ? {} : { disk: used, disk_free: space.available }),
          ...(rates === undefined ? {} : { disk_read: rates.read, disk_write: rates.written }),
        };
        return Object.keys(metrics).length === 0 ? noData('unreadable') : { metrics };
      },
      close: async () => {
        before = undefined;
      },
    };
  },
};
