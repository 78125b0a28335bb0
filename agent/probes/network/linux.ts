import { readLink, readNics } from '../../platform/linux-hardware.ts';
import type { Door } from '../probe.ts';
import { interfacesToCount, parseNetworkCounters, type Interface, type NetworkCounters } from './parse.ts';

/** Which interfaces are counted; it stays while the list of interfaces does. */
export interface Chosen {
  /** The names in /proc/net/dev this was chosen for. */
  readonly key: string;
  readonly names: readonly string[];
  readonly physical: boolean;
}

/** One look at the interfaces that are counted. */
export interface NetworkReading {
  readonly counters: NetworkCounters;
  readonly chosen: Chosen;
  readonly interfaces: readonly Interface[];
}

/**
 * Counters come from /proc/net/dev (one read) and links from /sys/class/net. What the interfaces are is looked up only
 * when another set of them is there than at the last time.
 */
export async function readNetwork(door: Door, last: Chosen | undefined): Promise<NetworkReading> {
  const counters = parseNetworkCounters((await door.readText('/proc/net/dev')) ?? '');
  const key = Array.from(counters.keys()).join(' ');
  const chosen = last?.key === key ? last : { key, ...interfacesToCount(await readNics(door)) };
  const interfaces = await Promise.all(
    chosen.names.map(async (name): Promise<Interface> => Object.assign({ name }, await readLink(door, name))),
  );
  return { counters, chosen, interfaces };
}
