import type { Probe } from '../probe.ts';
import { readProtection } from './linux.ts';

/** Firewall, waiting updates and the end of support of the system. */
export const protection: Probe<'security'> = {
  name: 'protection',
  kinds: ['security'],
  platforms: ['linux'],
  intervalSeconds: 3_600,
  open: async ({ door }) => ({
    sample: async () => ({ security: await readProtection(door) }),
    close: async () => {},
  }),
};
