import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../../runtime/log.ts';
import type { Door, Net, NoData, Probe, ProbeContext, Sample, WindowsDoor } from '../../probes/probe.ts';
import type { Clock } from '../clock.ts';
import { linuxPlatform, windowsPlatform } from '../index.ts';
import { memoryDoor, parseMachine } from './memory-door.ts';
import { memoryNet } from './memory-net.ts';

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

/** A Windows door of which only what is asked is looked up, in the machine that stands there then. */
function exchangeableWindows(now: () => WindowsDoor): WindowsDoor {
  return {
    values: (key) => now().values(key),
    keys: (key) => now().keys(key),
    service: (name) => now().service(name),
    firmware: () => now().firmware(),
    sessions: () => now().sessions(),
    interfaces: () => now().interfaces(),
    processorTimes: () => now().processorTimes(),
    memory: () => now().memory(),
    control: (device, code, input, length) => now().control(device, code, input, length),
    present: (setupClass) => now().present(setupClass),
    openHelperPost: () => ({ words: () => now().openHelperPost()?.words() ?? [], close: () => {} }),
  };
}

/**
 * A door whose machine can be exchanged while a probe holds it. The first one says whether it is Windows.
 * @param mono what the clock says
 */
export function exchangeableDoor(first = '', mono: () => number = () => 0): Door & { show(machine: string): void } {
  let inner = memoryDoor(parseMachine(first), mono);
  const empty = memoryDoor(parseMachine('== windows'), mono).windows!;
  return {
    readText: (path) => inner.readText(path),
    readBytes: (path, length, offset) => inner.readBytes(path, length, offset),
    listDir: (path) => inner.listDir(path),
    stat: (path) => inner.stat(path),
    realPath: (path) => inner.realPath(path),
    space: (path) => inner.space(path),
    ask: (socket, request, timeoutMs) => inner.ask(socket, request, timeoutMs),
    run: (file, args, options) => inner.run(file, args, options),
    ...(inner.windows === undefined ? {} : { windows: exchangeableWindows(() => inner.windows ?? empty) }),
    show: (machine) => {
      inner = memoryDoor(parseMachine(machine), mono);
    },
  };
}

/** Shows the machines to a probe one after the other. @returns its last sample */
export async function runProbe(probe: Probe, machines: readonly string[], now: number, seconds: number): Promise<Sample | NoData> {
  const clock = standingClock(now);
  const door = exchangeableDoor(machines[0], () => clock.mono());
  const platform = door.windows === undefined ? linuxPlatform(door) : windowsPlatform(door);
  let shown = memoryNet(machines[0] ?? '');
  const net: Net = {
    handshake: (...question) => shown.net.handshake(...question),
    resolve: (...question) => shown.net.resolve(...question),
    addresses: () => shown.net.addresses(),
  };
  const context: ProbeContext = { platform, door, clock, log: silentLog, net, broker: () => shown.broker };
  const open = await probe.open(context);
  let sample: Sample | NoData = { noData: 'absent' };
  for (const [i, machine] of machines.entries()) {
    if (i > 0) clock.advance(seconds * 1000);
    door.show(machine);
    shown = memoryNet(machine);
    sample = await open.sample();
  }
  await open.close();
  return sample;
}
