import { noData, type Probe } from '../probe.ts';
import { findSensors, readSensors, type SensorFiles } from './linux.ts';
import { hottest } from './parse.ts';

/** How often the folders are looked through anew for a sensor that came later (a driver loaded after boot, a disk). */
const LOOK_AGAIN_MS = 3_600_000;

/** The hottest sensor of processor, graphics or disk; of the board when those have none. */
export const temperature: Probe<'metrics'> = {
  name: 'temperature',
  kinds: ['metrics'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 20,
  open: async ({ door, clock, platform }) => {
    // What a sensor says is in no documented place of Windows; the class of WMI for it shows a zone of the board, if any.
    if (platform.name === 'windows') return { sample: async () => noData('unsupported'), close: async () => {} };
    let known: { files: readonly SensorFiles[]; mono: number } | undefined;
    return {
      sample: async () => {
        if (known === undefined || clock.mono() - known.mono >= LOOK_AGAIN_MS)
          known = { files: await findSensors(door), mono: clock.mono() };
        if (known.files.length === 0) return noData('absent');
        const value = hottest(await readSensors(door, known.files));
        return value === undefined ? noData('unreadable') : { metrics: { temperature: value } };
      },
      close: async () => {
        known = undefined;
      },
    };
  },
};
