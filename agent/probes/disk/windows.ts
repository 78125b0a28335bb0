import { drive } from '../../platform/windows/hardware.ts';
import type { Door } from '../probe.ts';
import { driveOf, parseDiskPerformance } from './parse-windows.ts';
import type { DiskCounters } from './parse.ts';

/** IOCTL_DISK_PERFORMANCE: kept by the partition manager; the disk itself is not asked and stays asleep. */
const DISK_PERFORMANCE = 0x7_0020;
/** sizeof(DISK_PERFORMANCE) on 64 bits. */
const SIZE = 88;
const MOST_DISKS = 16;

/** Counters of every disk of this machine. A number that is not there costs a few microseconds. */
export async function readDiskPerformance(door: Door): Promise<DiskCounters> {
  const counters = new Map<string, { read: number; written: number }>();
  for (let number = 0; number < MOST_DISKS; number++) {
    const bytes = await door.windows?.control(drive(number), DISK_PERFORMANCE, new Uint8Array(0), SIZE);
    const counted = bytes === undefined ? undefined : parseDiskPerformance(bytes);
    if (counted !== undefined) counters.set(drive(number), counted);
  }
  return counters;
}

/** The volume Windows lives on. Others are never asked: a dead network share would hold the answer for ever. */
export async function systemVolume(door: Door): Promise<string> {
  return driveOf((await door.windows?.values('HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'))?.get('systemroot'));
}
