import type { MetricsPart } from '../probe.ts';

/**
 * MEMORYSTATUSEX (sysinfoapi.h): length 4, load 4, then eight bytes each: physical memory and what of it is available …
 * How much of the page file is in use is not told (its members count promised memory), so there is no figure of swap.
 */
export function parseMemoryStatus(bytes: Uint8Array): MetricsPart | undefined {
  if (bytes.length < 24) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = Number(view.getBigUint64(8, true));
  const available = Number(view.getBigUint64(16, true));
  if (!(total > 0) || total > 1e15 || available > total) return undefined;
  return { memory_total: total, memory: Math.round((1000 * (total - available)) / total) / 10 };
}
