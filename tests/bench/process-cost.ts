import { readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK) on every Linux Node runs on.

/** Memory of a process from /proc/<pid>/smaps_rollup, in MB: its fair share of all pages, and what is only its own and dirty. */
export function memoryOf(pid: number): { pss: number; privateDirty: number; rss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { pss: kb('Pss') / 1024, privateDirty: kb('Private_Dirty') / 1024, rss: kb('Rss') / 1024 };
}

/** CPU seconds (user and system) a process and the children it has waited for have used. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / CLOCK_TICKS_PER_SECOND;
}
