import type { MetricsPart } from '../probe.ts';

const round = (value: number): number => Math.round(value * 10) / 10;
const percent = (part: number, whole: number): number => round(Math.min(100, Math.max(0, (100 * part) / whole)));

/**
 * /proc/meminfo (proc_meminfo(5)); values are in KiB whatever the unit says.
 * In use = total - available. Kernels before 3.14 have no MemAvailable: there it is free + buffers + page cache +
 * reclaimable slab - shared memory, which is what `free` printed then. No swap: no figure, not 0.
 */
export function parseMemory(text: string): MetricsPart | undefined {
  const values = new Map<string, number>();
  for (const match of text.matchAll(/^([A-Za-z_]+(?:\([a-z_]+\))?): +(\d+)(?: kB)?$/gm)) {
    const value = Number(match[2]) * 1024;
    if (Number.isSafeInteger(value)) values.set(match[1]!, value);
  }
  const total = values.get('MemTotal');
  const free = values.get('MemFree');
  if (total === undefined || total === 0 || total > 1e15) return undefined;
  const value = (name: string): number => values.get(name) ?? 0;
  const available =
    values.get('MemAvailable') ??
    (free === undefined ? undefined : free + value('Buffers') + value('Cached') + value('SReclaimable') - value('Shmem'));
  const swapTotal = value('SwapTotal');
  const swapFree = values.get('SwapFree');
  return {
    memory_total: total,
    ...(available === undefined ? {} : { memory: percent(total - available, total) }),
    ...(swapTotal > 0 && swapFree !== undefined ? { swap: percent(swapTotal - swapFree, swapTotal) } : {}),
  };
}
