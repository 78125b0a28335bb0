import { readNics } from '../../platform/linux-hardware.ts';
import type { Door } from '../probe.ts';
import { parseNetworkCounters, type Interface, type NetworkCounters } from './parse.ts';

/** Counters come from /proc/net/dev (one read); what the interfaces are from /sys/class/net. */
export async function readNetwork(door: Door): Promise<{ counters: NetworkCounters; interfaces: readonly Interface[] }> {
  const [text, interfaces] = await Promise.all([door.readText('/proc/net/dev'), readNics(door)]);
  return { counters: parseNetworkCounters(text ?? ''), interfaces };
}
