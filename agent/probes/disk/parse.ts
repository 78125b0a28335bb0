/** Bytes read and written since boot, by disk. */
export type DiskCounters = ReadonlyMap<string, { readonly read: number; readonly written: number }>;

/** Bytes a second over all disks that could be compared. */
export interface DiskRates {
  readonly read: number;
  readonly written: number;
}

/** Always 512, whatever the sector of the disk (Documentation/admin-guide/iostats.rst). */
const SECTOR = 512;
/**
 * Whole disks of hardware. Partitions, device-mapper, RAID, loop and RAM devices pass their bytes on to one of these and
 * would count twice; `nvme0c0n1` is a hidden path to `nvme0n1`.
 */
const DISK = /^(?:sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** /proc/diskstats: major minor name reads merged sectors-read ms writes merged sectors-written … */
export function parseDiskCounters(text: string): DiskCounters {
  const counters = new Map<string, { read: number; written: number }>();
  for (const line of text.split('\n')) {
    const match = /^ *\d+ +\d+ +(\S+) +\d+ +\d+ +(\d+) +\d+ +\d+ +\d+ +(\d+)(?: |$)/.exec(line);
    if (match === null || !DISK.test(match[1]!)) continue;
    const read = Number(match[2]) * SECTOR;
    const written = Number(match[3]) * SECTOR;
    if (Number.isSafeInteger(read) && Number.isSafeInteger(written)) counters.set(match[1]!, { read, written });
  }
  return counters;
}

/** Bytes a second that no machine of a school moves: a counter jumped. */
const ABSURD = 1e12;

/**
 * Rates between two readings. A disk that came, went or started counting anew in between is left out of this one.
 * @returns undefined when no disk can be compared
 */
export function diskRates(before: DiskCounters, after: DiskCounters, seconds: number): DiskRates | undefined {
  if (!(seconds > 0)) return undefined;
  let compared = 0;
  let read = 0;
  let written = 0;
  for (const [name, now] of after) {
    const then = before.get(name);
    if (then === undefined || now.read < then.read || now.written < then.written) continue;
    compared++;
    read += now.read - then.read;
    written += now.written - then.written;
  }
  const rates = { read: Math.round(read / seconds), written: Math.round(written / seconds) };
  return compared === 0 || rates.read > ABSURD || rates.written > ABSURD ? undefined : rates;
}

/**
 * Share of a file system in use as `df` counts it: used / (used + what a user may still take), reserved blocks left out.
 * @returns percent with one decimal, or undefined for a file system without blocks
 */
export function diskUse(space: { readonly total: number; readonly free: number; readonly available: number }): number | undefined {
  const used = space.total - space.free;
  const usable = used + space.available;
  if (!(space.total > 0) || !(usable > 0) || used < 0) return undefined;
  return Math.round(Math.min(100, (100 * used) / usable) * 10) / 10;
}
