import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { numberOf, textOf, timeOf } from '../../platform/windows/values.ts';
import type { BootPart, Door, WindowsDoor } from '../probe.ts';
import { EVENTS, judgeStart, parseEvents } from './windows-events.ts';

const CONTROL = 'HKLM\\SYSTEM\\CurrentControlSet\\Control';
const PREFETCH = `${CONTROL}\\Session Manager\\Memory Management\\PrefetchParameters`;
const TIMEOUT_MS = 15_000;
const MOST_BYTES = 512 * 1024;

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Events of the last starts and ends; one program, once per start of the agent. */
async function readEvents(door: Door, windows: WindowsDoor): Promise<string> {
  const root = textOf(await windows.values('HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'), 'SystemRoot') ?? 'C:\\Windows';
  const words = ['qe', 'System', `/q:${EVENTS}`, '/f:xml', '/rd:true', '/c:64'];
  const options = { timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES };
  return (await door.run(`${root}\\System32\\wevtutil.exe`, words, options)) ?? '';
}

/**
 * Where the log says nothing: the number of starts the memory manager counts and the time of the last shutdown, which
 * between them change at every start. How it ended is not known then.
 */
async function fromRegistry(windows: WindowsDoor, kernelAt: number): Promise<BootPart | undefined> {
  const [prefetch, control] = await Promise.all([windows.values(PREFETCH), windows.values(`${CONTROL}\\Windows`)]);
  const [count, shutdown] = [numberOf(prefetch, 'BootId'), timeOf(control, 'ShutdownTime')];
  if (count === undefined && shutdown === undefined) return undefined;
  return { boot: hashed(`windows ${count ?? ''} ${shutdown ?? ''}`), bootAt: Math.max(0, kernelAt), lastEnd: 'unknown' };
}

/** @returns undefined when neither the log nor the registry tells one start from another */
export async function readWindowsBoot(door: Door, windows: WindowsDoor, clock: Clock): Promise<BootPart | undefined> {
  const [printed, frozen] = await Promise.all([readEvents(door, windows), windows.service('DFServ')]);
  const kernelAt = clock.now() - clock.mono();
  const started = judgeStart(parseEvents(printed), kernelAt);
  if (started === undefined) return fromRegistry(windows, kernelAt);
  const { at, record, start, lastEnd, endedAt } = started;
  return {
    boot: hashed(`windows ${record} ${at}`),
    bootAt: at,
    ...(start === undefined ? {} : { start }),
    // Deep Freeze sets the log back at every start: what stands before this start is of the day it was frozen.
    ...(frozen !== undefined ? { lastEnd: 'unknown' as const } : { lastEnd, ...(endedAt === undefined ? {} : { endedAt }) }),
  };
}
