import type { Probe } from '../probe.ts';
import { composeInventory, composeOs } from './compose.ts';
import { readInventory } from './linux.ts';
import { readWindowsHardware, readWindowsSystem } from './windows.ts';

/**
 * The hardware, at start and daily. It may start a process: on Linux one child where the firmware does not tell the memory
 * modules, on Windows the daily look.
 */
export const inventory: Probe<'inventory'> = {
  name: 'inventory',
  kinds: ['inventory'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 86_400,
  timeoutSeconds: 75,
  open: async (context) => {
    const { door } = context;
    return {
      sample: async () => {
        if (door.windows === undefined) {
          const raw = await readInventory(door);
          return { inventory: composeInventory(raw, composeOs(raw)) };
        }
        const [raw, os] = await Promise.all([readWindowsHardware(context, door.windows), readWindowsSystem(context)]);
        return { inventory: composeInventory(raw, os) };
      },
      close: async () => {},
    };
  },
};
