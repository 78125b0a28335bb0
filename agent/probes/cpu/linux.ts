import type { Door } from '../probe.ts';
import { parseCpuTimes, type CpuTimes } from './parse.ts';

export async function readCpuTimes(door: Door): Promise<CpuTimes | undefined> {
  const text = await door.readText('/proc/stat');
  return text === undefined ? undefined : parseCpuTimes(text);
}
