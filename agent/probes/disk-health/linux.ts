import { readDisks, type Disk } from '../../platform/linux-hardware.ts';
import type { Door } from '../probe.ts';
import { parseSmartctl, type Reading } from './parse.ts';

const TIMEOUT_MS = 30_000;
/** Disks of a host or a card: they keep no records of their own. */
const WITHOUT_RECORDS = /^(?:x?vd|mmcblk)/;

export interface Looked {
  readonly disk: Disk;
  /** undefined when this disk says nothing now (it sleeps) or ever. */
  readonly reading: Reading | undefined;
}

/**
 * `smartctl` of smartmontools for each disk in turn, where it is installed; `-n standby,0` lets a disk that sleeps sleep on.
 * Its exit status is a set of bits and not 0 for a disk that has something to tell, so the output counts.
 */
export async function readSmartctl(door: Door, program: string, device: string): Promise<Reading | undefined> {
  const options = { timeoutMs: TIMEOUT_MS, anyExit: true };
  const printed = await door.run(program, ['-n', 'standby,0', '-a', '-j', device], options);
  return printed === undefined ? undefined : parseSmartctl(printed);
}

export async function lookLinux(door: Door): Promise<Looked[]> {
  const disks = (await readDisks(door)).filter((disk) => !disk.removable && !WITHOUT_RECORDS.test(disk.name));
  const looked: Looked[] = [];
  for (const disk of disks) looked.push({ disk, reading: await readSmartctl(door, 'smartctl', `/dev/${disk.name}`) });
  return looked;
}
