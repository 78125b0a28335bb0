import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { win32 } from 'node:path';
import { standingClock } from '../../agent/platform/testing/cases.ts';
import { parseMachine } from '../../agent/platform/testing/memory-door.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { openPlatform, windowsPlatform } from '../../agent/platform/index.ts';
import { wake } from '../../agent/platform/wake.ts';
import { openHelperPost } from '../../agent/platform/windows/helper-post.ts';
import { showInSessions } from '../../agent/platform/windows/notice.ts';
import { closePipe, HELPER_PIPE, openPipe, sendMessage } from '../../agent/platform/windows/pipe.ts';
import { PROBES } from '../../agent/probes/index.ts';
import type { Door, RegistryValue } from '../../agent/probes/probe.ts';
import { silentLog } from '../../runtime/log.ts';

/**
 * A program for tests that runs on Windows:  node.exe child.cjs <mode> …, one JSON text to stdout.
 */

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Big numbers and bytes as texts that cannot be taken for anything else. */
export const plain = (value: RegistryValue): unknown =>
  typeof value === 'bigint' ? `big ${value}` : value instanceof Uint8Array ? `hex ${Buffer.from(value).toString('hex')}` : value;

/** Everything below a key: values by path and name in lower case. */
async function tree(real: Door, key: string, found: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  for (const [name, value] of (await real.windows!.values(key)) ?? []) found[`${key} ${name}`.toLowerCase()] = plain(value);
  for (const name of (await real.windows!.keys(key)) ?? []) await tree(real, `${key}\\${name}`, found);
  return found;
}

/** What the functions of Windows say, each as the door hands it on. */
async function door(): Promise<void> {
  const { door: real } = openPlatform();
  const windows = real.windows!;
  const hex = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : Buffer.from(bytes).toString('hex'));
  print({
    firmware: hex(await windows.firmware()),
    interfaces: hex(await windows.interfaces()),
    times: hex(await windows.processorTimes()),
    memory: hex(await windows.memory()),
    sessions: (await windows.sessions()) ?? null,
    present: (await windows.present('{4d36e96e-e325-11ce-bfc1-08002be10318}')) ?? null,
    disk: hex(await windows.control('\\\\.\\PhysicalDrive0', 0x2d1400, new Uint8Array(12), 1024)),
    geometry: hex(await windows.control('\\\\.\\PhysicalDrive0', 0x700a0, new Uint8Array(0), 256)),
    otherDevice: hex(await windows.control('\\\\.\\pipe\\x', 0x2d1400, new Uint8Array(12), 1024)),
    space: (await real.space('C:\\')) ?? null,
    services: { eventlog: (await windows.service('eventlog')) ?? null, none: (await windows.service('labwatch-none')) ?? null },
    missing: [(await windows.values('HKLM\\SOFTWARE\\none')) ?? null, (await windows.keys('NONE\\x')) ?? null],
    ran: (await real.run('C:\\windows\\system32\\cmd.exe', ['/c', 'echo', 'xin', 'chao'], { timeoutMs: 30_000 })) ?? null,
    failed: (await real.run('C:\\windows\\system32\\cmd.exe', ['/c', 'exit', '3'], { timeoutMs: 30_000 })) ?? null,
    late: (await real.run('C:\\windows\\system32\\ping.exe', ['-n', '30', '127.0.0.1'], { timeoutMs: 500 })) ?? null,
    text: (await real.readText('C:\\windows\\win.ini')) ?? null,
    folder: (await real.listDir('C:\\')) ?? null,
  });
}

/** Every probe for Windows, asked twice. */
async function probes(): Promise<void> {
  const platform = openPlatform();
  const context = { platform, door: platform.door, clock: systemClock, log: silentLog };
  const samples: Record<string, unknown> = {};
  for (const probe of PROBES.filter(({ platforms }) => platforms.includes('windows'))) {
    const open = await probe.open(context);
    await open.sample();
    await pause(300);
    samples[probe.name] = await open.sample();
    await open.close();
  }
  print({ samples, os: await platform.os(), fingerprint: await platform.fingerprint() });
}

/** How often each probe is asked to learn what it costs: processor time is counted in steps of 10 ms. */
const ROUNDS = 200;

/** Every probe that is asked more often than hourly, and what a sample costs, in microseconds of processor time. */
async function loop(): Promise<void> {
  const platform = openPlatform();
  const context = { platform, door: platform.door, clock: systemClock, log: silentLog };
  const often = PROBES.filter(
    ({ platforms, intervalSeconds }) => platforms.includes('windows') && intervalSeconds > 0 && intervalSeconds < 3600,
  );
  const open = await Promise.all(often.map(async (probe) => ({ name: probe.name, probe: await probe.open(context) })));
  const samples: Record<string, unknown> = {};
  const cost: Record<string, number> = {};
  for (const { name, probe } of open) {
    // The first rounds load and compile.
    for (let i = 0; i < 10; i++) await probe.sample();
    const before = process.cpuUsage();
    for (let i = 0; i < ROUNDS; i++) await probe.sample();
    const { user, system } = process.cpuUsage(before);
    cost[name] = Math.round((user + system) / ROUNDS);
    // Rates need some time between two looks.
    await pause(300);
    samples[name] = await probe.sample();
  }
  for (const { probe } of open) await probe.close();
  print({ samples, cost });
}

/** Lays the files of a golden case, and asks a probe. Services are the case's: none can be made to run here. */
async function golden(name: string, machineFile: string, now: string): Promise<void> {
  const machine = parseMachine(readFileSync(machineFile, 'utf8'));
  for (const [path, file] of machine.files) {
    const real = win32.normalize(path.slice(1));
    mkdirSync(win32.dirname(real), { recursive: true });
    writeFileSync(real, file.bytes);
  }
  const real = openPlatform().door;
  const service = async (asked: string): Promise<'running' | 'stopped' | 'changing' | 'paused' | undefined> =>
    machine.windows?.services.get(asked.toLowerCase());
  const mixed: Door = { ...real, windows: { ...real.windows!, service } };
  const open = await PROBES.find((probe) => probe.name === name)!.open({
    platform: windowsPlatform(mixed),
    door: mixed,
    clock: standingClock(Number(now)),
    log: silentLog,
  });
  print(await open.sample());
  await open.close();
}

/** The agent's side of the helpers' pipe, until killed: a line whenever it was looked at. */
async function post(): Promise<void> {
  const listening = openHelperPost();
  print(listening !== undefined);
  if (listening === undefined) return;
  for (;;) {
    print({ mono: systemClock.mono(), words: listening.words() });
    await pause(300);
  }
}

/** The session probe with the real pipe, and the sessions of a case: Wine does not tell its own. Until killed. */
async function session(machineFile: string): Promise<void> {
  const machine = parseMachine(readFileSync(machineFile, 'utf8'));
  const real = openPlatform().door;
  const mixed: Door = { ...real, windows: { ...real.windows!, sessions: async () => machine.windows!.sessions } };
  const probe = PROBES.find(({ name }) => name === 'session')!;
  const open = await probe.open({ platform: windowsPlatform(mixed), door: mixed, clock: systemClock, log: silentLog });
  for (;;) {
    print(await open.sample());
    await pause(1000);
  }
}

/** Somebody in the session who says what no helper says. */
async function nonsense(): Promise<void> {
  const pipe = openPipe(HELPER_PIPE);
  if (pipe === undefined) return print(false);
  for (const text of ['idle 1 1 99999999999', 'x'.repeat(500), '', 'idle 2 3 4', `idle 1 7 7${'\0'.repeat(80)}`]) sendMessage(pipe, text);
  await pause(1000);
  closePipe(pipe);
  print(true);
}

/** What a server may ask for that reaches functions of Windows: a notice in a session that is active, and packets to wake a neighbour. */
async function actions(port: string): Promise<void> {
  // WTSINFOEXW of session 1, active: Wine does not tell its own.
  const active = Buffer.alloc(232);
  active.writeUInt32LE(1, 8);
  print({ shown: showInSessions([active], 'labwatch', 'Máy 07'), woken: await wake(['00:1b:21:aa:bb:cc'], ['127.0.0.1'], Number(port)) });
}

const MODES: Readonly<Record<string, (...words: string[]) => Promise<void>>> = {
  door,
  probes,
  loop,
  golden,
  post,
  nonsense,
  session,
  actions,
  registry: async (key) => print(await tree(openPlatform().door, key!)),
} as Readonly<Record<string, (...words: string[]) => Promise<void>>>;

const [mode = '', ...words] = process.argv.slice(2);
void MODES[mode]!(...words);
