import type { Door } from '../probe.ts';
import { parseSystemTimes } from './parse-windows.ts';
import type { CpuTimes } from './parse.ts';

export async function readSystemTimes(door: Door): Promise<CpuTimes | undefined> {
  const bytes = await door.windows?.processorTimes();
  return bytes === undefined ? undefined : parseSystemTimes(bytes);
}
