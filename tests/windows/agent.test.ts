import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentStatus } from '../../agent/core/status-file.ts';
import { until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';
import { Bench } from './bench.ts';
import type { WineProgram } from './wine.ts';

let bench: Bench;
let school: School;
const programs: WineProgram[] = [];

beforeAll(async () => {
  [bench, school] = await Promise.all([Bench.open(), School.open()]);
  mkdirSync(join(bench.wine.work, 'home'));
  copyFileSync(school.ca, join(bench.wine.work, 'ca.crt'));
  writeFileSync(join(bench.wine.work, 'token'), school.token);
});
afterAll(async () => {
  for (const program of programs) await program.kill();
  school?.up.child.kill('SIGCONT');
  await school?.close();
  await bench?.close();
});

function start(...words: string[]): WineProgram {
  const program = bench.wine.start(bench.agentWords(...words), {
    LABWATCH_HOME: bench.wine.path('home'),
    LABWATCH_SERVER: school.server,
    LABWATCH_CA: bench.wine.path('ca.crt'),
    LABWATCH_TOKEN_FILE: bench.wine.path('token'),
    LABWATCH_LOG_FORMAT: 'json',
    LABWATCH_REPORT_MINUTES: '1',
  });
  programs.push(program);
  return program;
}

const status = (): AgentStatus | undefined => {
  try {
    return JSON.parse(readFileSync(join(bench.wine.work, 'home/agent/status.json'), 'utf8')) as AgentStatus;
  } catch {
    return undefined;
  }
};

interface Device {
  readonly id: string;
  readonly state: string;
  readonly latest: { readonly at: string };
}
const devices = async (): Promise<readonly Device[]> => (await school.api.get<{ items: Device[] }>('/api/v1/devices')).items;

/** What the server knows of each minute of a stretch of time: off, active, idle, blind, unknown, future. */
async function minutes(device: string, from: number, to: number): Promise<string> {
  let seen = '';
  for (let minute = from; minute <= to; minute++) {
    // The unit of the room has the zone of Việt Nam.
    const local = new Date((minute + 420) * 60_000).toISOString();
    const { states } = await school.api.get<{ states: string }>(`/api/v1/devices/${device}/days/${local.slice(0, 10)}`);
    seen += states[Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16))];
  }
  return seen;
}

const thisMinute = (): number => Math.floor(Date.now() / 60_000);

test('the packaged agent enrols over TLS, reports, and loses nothing to a dead server and a kill', async () => {
  const asked = performance.now();
  const first = start('run');
  await school.api.firstReport().catch((error: unknown) => {
    throw new Error(`${String(error)}\n${first.stdout}\n${first.stderr}`);
  });
  process.stdout.write(`figure windows.enrol_to_report ${((performance.now() - asked) / 1000).toFixed(1)} s (Wine)\n`);
  const [device] = await devices();
  expect(device?.state).toBe('online');
  const birth = await until('its birth', async () => {
    const whole = await school.api.get<{ birth: { data: { os: object } } | null }>(`/api/v1/devices/${device!.id}`);
    return whole.birth?.data;
  });
  expect(birth.os).toEqual({ family: 'windows', name: 'Windows 10 Pro', version: '10.0.19043', arch: 'x64' });
  const from = thisMinute();

  // A server that stands still: the line is open and nobody answers. What is seen waits on the disk.
  process.kill(school.up.child.pid!, 'SIGSTOP');
  const waiting = await until(
    'reports that wait',
    () => ((status()?.waiting ?? 0) >= 2 && thisMinute() >= from + 3 ? status() : undefined),
    300_000,
  );
  expect(waiting.dropped).toBe(0);

  await first.kill();
  const killed = thisMinute();
  const second = start('run');
  const again = await until('the agent that was started anew', () => (status()?.pid === waiting.pid ? undefined : status()));
  expect(again.waiting).toBeGreaterThanOrEqual(waiting.waiting);

  process.kill(school.up.child.pid!, 'SIGCONT');
  await until('an empty outbox', () => status()?.waiting === 0 && status()?.link === 'connected', 240_000);
  const to = thisMinute();
  expect(second.child.exitCode).toBeNull();

  // The same machine, and each minute of it but the one that was open when the power was cut.
  expect(await devices()).toHaveLength(1);
  const seen = await minutes(device!.id, from, Math.max(killed, to - 2));
  const known = Array.from(seen, (letter, i) => (from + i >= killed - 1 && from + i <= killed ? 'b' : letter)).join('');
  expect([seen, known]).toEqual([seen, 'b'.repeat(seen.length)]);
  expect(seen.length).toBeGreaterThanOrEqual(3);
});

test('once tells what the probes see, in Vietnamese too', async () => {
  const text = await bench.wine.run(bench.agentWords('once'), { LABWATCH_LANG: 'vi' });
  expect(text).toMatch(/bộ nhớ/);
  expect(text).not.toMatch(/undefined|\[object/);
});

test('of names that Windows has everywhere none comes out', async () => {
  const names = ['nguyen.van.an', 'Trường THCS Bí Mật', 'MAY-GIAO-VIEN-07', 'bai-kiem-tra.docx'];
  const [user, owner, host, document] = names;
  await bench.importRegistry(
    [
      'Windows Registry Editor Version 5.00',
      '',
      String.raw`[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]`,
      `"RegisteredOwner"="${user}"`,
      `"RegisteredOrganization"="${owner}"`,
      String.raw`[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName]`,
      `"ComputerName"="${host}"`,
      String.raw`[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters]`,
      `"Hostname"="${host}"`,
      String.raw`[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Security Center\Provider\Av\{11111111-1111-1111-1111-111111111111}]`,
      '"DISPLAYNAME"="Bkav Pro"',
      String.raw`"PRODUCTEXE"="C:\\Users\\nguyen.van.an\\bai-kiem-tra.docx"`,
      '"STATE"=dword:00041000',
      '',
    ].join('\n'),
  );
  const env = { USERNAME: user, USERDOMAIN: host, COMPUTERNAME: host, OPENED: document };
  const json = await bench.wine.run(bench.agentWords('once', '--json'), env);
  expect(JSON.parse(json)).toHaveProperty('inventory.os.name', 'Windows 10 Pro');
  expect(names.filter((name) => json.includes(name))).toEqual([]);
});

test('bad input is one line', async () => {
  const wrong = bench.wine.start(bench.agentWords('run'), { LABWATCH_HOME: bench.wine.path('other'), LABWATCH_SERVER: school.server });
  expect(await wrong.ended()).toBe(78);
  expect(wrong.stderr.trim()).toMatch(/AGENT_NOT_ENROLLED: [^\n]*$/);
});
