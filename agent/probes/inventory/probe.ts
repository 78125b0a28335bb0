import type { Probe } from '../probe.ts';
import { composeInventory } from './compose.ts';
import { readInventory } from './linux.ts';

/** The hardware, at start and daily. The only probe that starts a process: one child, for what only programs tell. */
export const inventory: Probe<'inventory'> = {
  name: 'inventory',
  kinds: ['inventory'],
  platforms: ['linux'],
  intervalSeconds: 86_400,
  timeoutSeconds: 75,
  open: async ({ door }) => ({
    sample: async () => ({ inventory: composeInventory(await readInventory(door)) }),
    close: async () => {},
  }),
};
