import type { Door } from '../probe.ts';
import { parseDiskCounters, type DiskCounters } from './parse.ts';

export async function readDiskCounters(door: Door): Promise<DiskCounters> {
  return parseDiskCounters((await door.readText('/proc/diskstats')) ?? '');
}

/** The volume the system lives on. Others are never asked: a dead network share would hold the answer for ever. */
export const SYSTEM_VOLUME = '/';
