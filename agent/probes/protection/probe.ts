import type { Probe } from '../probe.ts';
import { readProtection } from './linux.ts';
import { readWindowsProtection } from './windows.ts';

/** Firewall, waiting updates and the end of support of the system. */
export const protection: Probe<'security'> = {
  name: 'protection',
  kinds: ['security'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 3_600,
  open: async ({ door }) => ({
    sample: async () => ({
      security: await (door.windows === undefined ? readProtection(door) : readWindowsProtection(door, door.windows)),
    }),
    close: async () => {},
  }),
};
