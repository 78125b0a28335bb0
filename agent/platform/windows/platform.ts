import { arch } from 'node:os';
import type { Birth } from '../../../protocol/payloads/index.ts';
import type { Door, Fingerprint } from '../../probes/probe.ts';
import { composeFingerprint } from '../fingerprint.ts';
import { parseSmbios } from '../smbios.ts';
import { readWindowsDisks, readWindowsNics } from './hardware.ts';
import { readWindowsVersion } from './version.ts';

/** For the birth message: the name for people, and the version as programs write it, e.g. 10.0.19045. */
export async function windowsOs(door: Door): Promise<Birth['os']> {
  const { name, kernel, build } = await readWindowsVersion(door);
  return {
    family: 'windows',
    name,
    ...(build === undefined ? {} : { version: `${kernel.join('.')}.${build}` }),
    arch: arch(),
  };
}

/** What identifies this hardware, from the firmware, the network cards and the disks; starts no program. */
export async function windowsFingerprint(door: Door): Promise<Fingerprint> {
  const [table, nics, disks] = await Promise.all([door.windows?.firmware(), readWindowsNics(door), readWindowsDisks(door)]);
  const firmware = table === undefined ? undefined : parseSmbios(table);
  return composeFingerprint({ uuid: firmware?.uuid, board: firmware?.boardSerial, nics, disks });
}
