import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleAgent } from '../../packaging/bundle.ts';
import { agentExecutable } from '../tools/executable.ts';
import { Program, tempFolder, until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';

let file: string;
let school: School;
const pc = tempFolder('pc');
const programs: Program[] = [];

beforeAll(async () => {
  file = await agentExecutable();
  school = await School.open();
});
afterAll(async () => {
  for (const program of programs) await program.stop('SIGKILL');
  await school.close();
  pc.remove();
});

function start(...words: string[]): Program {
  const program = new Program(file, words, { ...school.agentEnv(pc.path), LABWATCH_LOG_FORMAT: 'json' });
  programs.push(program);
  return program;
}

const threadsOf = (pid: number): number => readdirSync(`/proc/${pid}/task`).length;
const childrenOf = (pid: number): string =>
  readdirSync(`/proc/${pid}/task`)
    .map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim())
    .join('');

test('the bundle holds what an agent needs and none of what is too heavy for it', async () => {
  const { code, packages, files } = await bundleAgent();
  expect(packages).not.toContain('typebox');
  expect(packages).not.toContain('pino');
  // Compared as lists: the whole bundle in a message helps nobody.
  expect(code.match(/typebox|pino\b|sonic-boom|thread-stream/g) ?? []).toEqual([]);
  expect(files.filter((each) => !/^(agent|protocol|runtime|packaging\/light)\/|^package\.json$/.test(each))).toEqual([]);
  // One letter outside ASCII would cost two bytes for every letter.
  expect(code.match(/[\u{80}-\u{10ffff}]/gu) ?? []).toEqual([]);
});

test('one file enrols over TLS, reports, and rests with at most 4 threads and no child', async () => {
  const version = start('--version');
  expect(await version.ended()).toBe(0);
  expect(version.stdout).toMatch(/^labwatch-agent \d+\.\d+\.\d+\n$/);

  const agent = start('run');
  await school.api.firstReport();
  const pid = agent.child.pid!;
  // The inventory is read by a child of the same file, a few seconds after the start.
  const { items } = await school.api.get<{ items: { id: string }[] }>('/api/v1/devices');
  await until('its inventory', async () => {
    const device = await school.api.get<{ inventory: unknown }>(`/api/v1/devices/${items[0]!.id}`);
    return device.inventory !== null;
  });
  await until('no child', () => childrenOf(pid) === '');
  expect(threadsOf(pid)).toBeLessThanOrEqual(4);
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')).toEqual([file, 'run', '']);
  expect(await agent.stop('SIGTERM')).toBe(0);
  // Lines of JSON and nothing else, as the sources write them.
  const lines = agent.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: number; msg: string; program: string });
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['enrolled', 'connected to the broker', 'the agent watches this machine']),
  );
  expect(lines.filter(({ level, program }) => level > 30 || program !== 'agent')).toEqual([]);

  const status = start('status', '--json');
  expect(await status.ended()).toBe(3);
  expect(JSON.parse(status.stdout)).toMatchObject({ running: false });
});

test('a word it does not know is one line; flags and NODE_OPTIONS of Node do not reach it', async () => {
  const wrong = start('rnu');
  expect(await wrong.ended()).toBe(64);
  expect(wrong.stderr).toMatch(/^AGENT_SUBCOMMAND: [^\n]*rnu[^\n]*\n$/);
  const options = new Program(file, ['--version'], { NODE_OPTIONS: `--require ${join(pc.path, 'planted.cjs')}` });
  expect(await options.ended()).toBe(0);
});
