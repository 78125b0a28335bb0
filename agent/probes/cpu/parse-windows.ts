import type { CpuTimes } from './parse.ts';

/**
 * The three FILETIMEs of GetSystemTimes (100 ns, all processors together): idle, kernel, user. The time in the kernel includes
 * the idle time.
 */
export function parseSystemTimes(bytes: Uint8Array): CpuTimes | undefined {
  if (bytes.length < 24) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [idle, kernel, user] = [0, 8, 16].map((at) => Number(view.getBigUint64(at, true))) as [number, number, number];
  const total = kernel + user;
  return idle > kernel || !Number.isFinite(total) ? undefined : { busy: total - idle, total };
}
