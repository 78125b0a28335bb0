import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentExecutable } from '../tools/executable.ts';
import { until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';
import { Machine } from './machine.ts';

/** The packaged agent on a real systemd, with everything its unit takes away from it, against a real server over TLS. */

const INSTALLED = '/usr/local/bin/labwatch-agent';

let machine: Machine;
let school: School;
beforeAll(async () => {
  [machine, school] = await Promise.all([Machine.open(), School.open()]);
  // As on a stick.
  copyFileSync(await agentExecutable(), join(machine.folder, 'labwatch-agent'));
  copyFileSync(school.ca, join(machine.folder, 'ca.crt'));
  writeFileSync(join(machine.folder, 'labwatch-token.txt'), school.token);
  writeFileSync(join(machine.folder, 'labwatch-agent.toml'), `[agent]\nserver = "${school.server}"\n`);
});
afterAll(async () => {
  await machine?.close();
  await school?.close();
});

const states = async (): Promise<string[]> =>
  (await school.api.get<{ items: { state: string }[] }>('/api/v1/devices')).items.map(({ state }) => state);
const pid = (): string => machine.unit('MainPID');

test('install from a stick makes a service that enrols and reports', async () => {
  const { code, stdout, stderr } = machine.run('env', 'LABWATCH_LANG=vi', '/mnt/labwatch/labwatch-agent', 'install', '--seat', 'Máy 07');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/thiết bị: [a-z0-9]{26}\nxong: /);
  await school.api.firstReport();
  expect(await states()).toEqual(['online']);
  expect(machine.unit('UnitFileState')).toBe('enabled');
  expect(machine.run('systemctl', 'is-active', 'labwatch-agent-watch.timer').code).toBe(0);
});

test('it can do little: no new rights, filtered calls, three capabilities, a file system that is only read', () => {
  const status = machine.run('cat', `/proc/${pid()}/status`).stdout;
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^Seccomp:\t2$/m);
  // CAP_DAC_READ_SEARCH 2, CAP_SYS_RAWIO 17, CAP_SYS_ADMIN 21 (linux/capability.h).
  expect(status).toMatch(new RegExp(`^CapBnd:\t${((1 << 2) | (1 << 17) | (1 << 21)).toString(16).padStart(16, '0')}$`, 'm'));
  const mounts = machine.run('cat', `/proc/${pid()}/mountinfo`).stdout.split('\n');
  const rights = (at: string): string | undefined => mounts.findLast((line) => line.split(' ')[4] === at)?.split(' ')[5];
  expect(rights('/')).toMatch(/^ro/);
  expect(rights('/var/lib/labwatch')).toMatch(/^rw/);
});

test('the doctor finds service, server, broker and folders well', () => {
  const { stdout } = machine.run(INSTALLED, 'doctor');
  for (const subject of ['config', 'service', 'agent', 'enrolment', 'ca', 'server', 'clock', 'broker', 'folder', 'outbox'])
    expect(stdout).toMatch(new RegExp(`^OK +${subject} `, 'm'));
  expect(stdout).not.toMatch(/^FAIL/m);
});

test('killed, it comes back by itself as the same device', async () => {
  const before = pid();
  machine.run('kill', '-KILL', before);
  await until('another process', () => !['0', before].includes(pid()) && machine.unit('ActiveState') === 'active');
  await until('it to be online', async () => (await states())[0] === 'online');
  expect(await states()).toHaveLength(1);
});

test('hung, it is restarted by the watch: not at its first look, but at its second', async () => {
  const look = (): number | null => machine.run('systemctl', 'start', 'labwatch-agent-watch.service').code;
  await until('its heart beats', () => machine.run('cat', '/run/labwatch-agent/alive').code === 0);
  const before = pid();
  machine.run('kill', '-STOP', before);
  expect(look()).toBe(0);
  expect(pid()).toBe(before);
  expect(look()).toBe(0);
  await until('another process', () => !['0', before].includes(pid()) && machine.unit('ActiveState') === 'active');
});

test('stop is a goodbye, and uninstall leaves nothing but the data', async () => {
  expect(machine.run(INSTALLED, 'stop').code).toBe(0);
  await until('the goodbye', async () => (await states())[0] === 'offline', 20_000);
  expect(machine.run(INSTALLED, 'status').code).toBe(3);
  expect(machine.run(INSTALLED, 'start').code).toBe(0);
  expect(machine.run(INSTALLED, 'uninstall').code).toBe(0);
  expect(machine.unit('LoadState')).not.toBe('loaded');
  for (const gone of ['/etc/labwatch', '/opt/labwatch', INSTALLED, '/run/labwatch-agent'])
    expect(machine.run('test', '-e', gone).code).toBe(1);
  expect(machine.run('test', '-e', '/var/lib/labwatch/agent/credentials.json').code).toBe(0);
});

test('its log told no secret and no stack', () => {
  const log = readFileSync(join(machine.folder, 'agent.log'), 'utf8');
  expect(log).toContain('enrolled');
  expect(log).not.toContain(school.token);
  expect(log).not.toMatch(/"stack"|\n\s+at /);
});
