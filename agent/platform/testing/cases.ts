import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../../runtime/log.ts';
import type { Door, NoData, Probe, ProbeContext, Sample } from '../../probes/probe.ts';
import type { Clock } from '../clock.ts';
import { linuxPlatform } from '../index.ts';
import { memoryDoor, parseMachine } from './memory-door.ts';

/**
 * Support for tests. A case is a folder: `input.txt` (a machine as `parseMachine` reads it), or `before.txt` and
 * `after.txt` for probes that compare; `expected.json` with the sample; `source.txt` with where it comes from.
 */
export interface Case {
  readonly name: string;
  readonly folder: string;
  readonly machines: readonly string[];
  readonly source: string;
  readonly expected: { readonly now?: number; readonly seconds?: number; readonly sample: Sample | NoData };
}

/** @param folder the folder of the probe */
export function casesOf(folder: string): Case[] {
  const cases = join(folder, 'cases');
  if (!existsSync(cases)) return [];
  return readdirSync(cases).map((name) => {
    const at = join(cases, name);
    const read = (file: string): string => readFileSync(join(at, file), 'utf8');
    const files = existsSync(join(at, 'input.txt')) ? ['input.txt'] : ['before.txt', 'after.txt'];
    return {
      name,
      folder: at,
      machines: files.map(read),
      source: existsSync(join(at, 'source.txt')) ? read('source.txt') : '',
      expected: JSON.parse(read('expected.json')) as Case['expected'],
    };
  });
}

/** A clock that stands until it is moved. */
export function standingClock(now: number): Clock & { advance(ms: number): void } {
  let passed = 0;
  return {
    now: () => now + passed,
    mono: () => 3_600_000 + passed,
    after: () => ({ cancel: () => {} }),
    advance: (ms) => {
      passed += ms;
    },
  };
}

/** A door whose machine can be exchanged while a probe holds it. */
export function exchangeableDoor(): Door & { show(machine: string): void } {
  let inner = memoryDoor(parseMachine(''));
  return {
    readText: (path) => inner.readText(path),
    readBytes: (path, length, offset) => inner.readBytes(path, length, offset),
    listDir: (path) => inner.listDir(path),
    stat: (path) => inner.stat(path),
    realPath: (path) => inner.realPath(path),
    space: (path) => inner.space(path),
    ask: (socket, request, timeoutMs) => inner.ask(socket, request, timeoutMs),
    run: (file, args, options) => inner.run(file, args, options),
    show: (machine) => {
      inner = memoryDoor(parseMachine(machine));
    },
  };
}

/** Shows the machines to a probe one after the other. @returns its last sample */
export async function runProbe(probe: Probe, machines: readonly string[], now: number, seconds: number): Promise<Sample | NoData> {
  const door = exchangeableDoor();
  const clock = standingClock(now);
  const context: ProbeContext = { platform: linuxPlatform(door), door, clock, log: silentLog };
  const open = await probe.open(context);
  let sample: Sample | NoData = { noData: 'absent' };
  for (const [i, machine] of machines.entries()) {
    if (i > 0) clock.advance(seconds * 1000);
    door.show(machine);
    sample = await open.sample();
  }
  await open.close();
  return sample;
}
