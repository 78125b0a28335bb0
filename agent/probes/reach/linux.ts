import { readNics } from '../../platform/linux-hardware.ts';
import type { Door } from '../probe.ts';
import { parseCarrierChanges, parseGateway } from './parse.ts';

/** What the machine itself says of its way out. */
export interface Way {
  readonly gateway?: string;
  /** How often links of its cards came or went since boot. */
  readonly linkChanges?: number;
}

export async function readWay(door: Door): Promise<Way> {
  const [routes, nics] = await Promise.all([door.readText('/proc/net/route'), readNics(door)]);
  const gateway = parseGateway(routes ?? '');
  const cards = nics.filter((nic) => nic.physical && nic.kind !== 'other');
  const changes = await Promise.all(cards.map((nic) => door.readText(`/sys/class/net/${nic.name}/carrier_changes`)));
  const counts = changes.flatMap((text) => parseCarrierChanges(text ?? '') ?? []);
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(counts.length === 0 ? {} : { linkChanges: counts.reduce((sum, count) => sum + count, 0) }),
  };
}
