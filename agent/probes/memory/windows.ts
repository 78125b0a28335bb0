import type { Door, MetricsPart } from '../probe.ts';
import { parseMemoryStatus } from './parse-windows.ts';

export async function readMemoryStatus(door: Door): Promise<MetricsPart | undefined> {
  const bytes = await door.windows?.memory();
  return bytes === undefined ? undefined : parseMemoryStatus(bytes);
}
