/** Time of all processors since boot, in clock ticks. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/**
 * The line `cpu` of /proc/stat (proc_stat(5)): user nice system idle iowait irq softirq steal guest guest_nice. Guest time
 * is already in user and nice. Old kernels stop earlier. Idle = idle + iowait: waiting for a disk is not work.
 */
export function parseCpuTimes(text: string): CpuTimes | undefined {
  const match = /^cpu +(\d+(?: +\d+){3,})/m.exec(text);
  if (match === null) return undefined;
  const times = match[1]!.split(/ +/).slice(0, 8).map(Number);
  if (!times.every((time) => Number.isSafeInteger(time))) return undefined;
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - times[3]! - (times[4] ?? 0), total };
}

/**
 * Share of the time between two readings that was work, in percent.
 * @returns undefined when no time has passed or the counters went back (iowait may, by a tick; a restored snapshot does)
 */
export function cpuLoad(before: CpuTimes, after: CpuTimes): number | undefined {
  const total = after.total - before.total;
  if (total <= 0) return undefined;
  const load = (100 * (after.busy - before.busy)) / total;
  return Math.round(Math.min(100, Math.max(0, load)) * 10) / 10;
}
