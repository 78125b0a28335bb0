import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';
import { Bench } from './bench.ts';

const INSTALLED = String.raw`C:\Program Files\labwatch\labwatch-agent.exe`;

let bench: Bench;
let school: School;
beforeAll(async () => {
  [bench, school] = await Promise.all([Bench.open(), School.open()]);
  copyFileSync(school.ca, join(bench.wine.work, 'ca.crt'));
  writeFileSync(join(bench.wine.work, 'token'), school.token);
});
afterAll(async () => {
  await bench?.close();
  await school?.close();
});

const states = async (): Promise<string[]> =>
  (await school.api.get<{ items: { state: string }[] }>('/api/v1/devices')).items.map(({ state }) => state);

/** What the service manager of Windows says. */
async function service(): Promise<string> {
  const program = bench.wine.start(['sc', 'query', 'labwatch-agent']);
  await program.ended();
  return /STATE *: *\d+ *(\w+)/.exec(program.stdout)?.[1] ?? `none (${program.child.exitCode})`;
}

test('install makes a service of Windows that enrols and reports', async () => {
  const options = ['--server', school.server, '--ca', bench.wine.path('ca.crt'), '--token-file', bench.wine.path('token')];
  const said = await bench.wine.run(bench.agentWords('install', ...options));
  expect(said).toMatch(/\b[a-z0-9]{26}\b/);
  expect(await service()).toBe('RUNNING');
  await school.api.firstReport();
  expect(await states()).toEqual(['online']);
});

test('the doctor finds the service, the server, the broker and the folders well', async () => {
  const program = bench.wine.start([INSTALLED, 'doctor']);
  await program.ended();
  for (const subject of ['config', 'service', 'agent', 'enrolment', 'server', 'broker', 'folder', 'outbox'])
    expect(program.stdout).toMatch(new RegExp(`^OK +${subject} `, 'm'));
  expect(program.stdout).not.toMatch(/^FAIL/m);
});

test('a service that was killed starts again as the same device', async () => {
  expect(bench.wine.killProgram(INSTALLED, 'service')).toBe(true);
  await until('the service manager to see it', async () => (await service()) === 'STOPPED');
  // Windows starts it again by itself a minute later; Wine keeps no failure actions.
  await bench.wine.run([INSTALLED, 'start']);
  expect(await service()).toBe('RUNNING');
  await until('it to be online', async () => (await states())[0] === 'online');
  expect(await states()).toHaveLength(1);
});

test('stop is a goodbye that the console shows at once, and uninstall leaves no service', async () => {
  await bench.wine.run([INSTALLED, 'stop']);
  expect(await service()).toBe('STOPPED');
  await until('the goodbye', async () => (await states())[0] === 'offline', 20_000);
  await bench.wine.run(bench.agentWords('uninstall'));
  expect(await service()).toMatch(/^none/);
});
