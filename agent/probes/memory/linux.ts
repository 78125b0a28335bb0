import type { Door, MetricsPart } from '../probe.ts';
import { parseMemory } from './parse.ts';

export async function readMemory(door: Door): Promise<MetricsPart | undefined> {
  const text = await door.readText('/proc/meminfo');
  return text === undefined ? undefined : parseMemory(text);
}
