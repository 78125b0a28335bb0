import { defined } from '../../platform/clean.ts';
import { readWindowsInterfaces } from '../../platform/windows/hardware.ts';
import type { Door } from '../probe.ts';
import type { NetworkReading } from './linux.ts';

/** Counters and links of the cards of hardware, from one call. What software makes (filters, tunnels, VPNs) carries their bytes. */
export async function readWindowsNetwork(door: Door): Promise<NetworkReading> {
  const cards = (await readWindowsInterfaces(door)).filter((one) => one.physical && !one.loopback);
  const counters = new Map(cards.map(({ index, received, sent }) => [String(index), { received, sent }]));
  const interfaces = cards.map(({ index, up, speed }) => defined({ name: String(index), up, speed }));
  return { counters, chosen: { key: '', names: interfaces.map((one) => one.name), physical: true }, interfaces };
}
