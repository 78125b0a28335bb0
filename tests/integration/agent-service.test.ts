import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntilEnrolled } from '../../agent/service/install/wait.ts';
import { TestingCollector, until } from '../../agent/test-kit/collector.ts';
import { EnrolmentServer } from '../../agent/test-kit/enrolment-server.ts';
import { labwatch, type Program, tempFolder } from '../tools/programs.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 's'.repeat(43);

let folder: ReturnType<typeof tempFolder>;
let collector: TestingCollector;
let server: EnrolmentServer;
const programs: Program[] = [];
const home = (): string => join(folder.path, 'home');
const config = (): string => join(folder.path, 'agent.toml');

beforeEach(async () => {
  folder = tempFolder('agent-service');
  mkdirSync(join(folder.path, 'run'));
  collector = new TestingCollector();
  collector.secret = SECRET;
  await collector.start();
  server = new EnrolmentServer({ device: DEVICE, secret: SECRET, brokerUrl: () => collector.url });
  await server.start();
  writeFileSync(join(folder.path, 'token'), 'a-token-of-the-school\n');
  writeFileSync(
    config(),
    `[agent]\nhome = "${home()}"\nserver = "${server.url}"\ntoken-file = "${join(folder.path, 'token')}"\nlog-format = "json"\nsample-seconds = 5\n`,
  );
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop('SIGKILL');
  await server.stop();
  await collector.kill();
  folder.remove();
});

/** As the unit starts it. */
function start(...words: string[]): Program {
  const program = labwatch(['agent', ...words, '--config', config()], { RUNTIME_DIRECTORY: join(folder.path, 'run') });
  programs.push(program);
  return program;
}

/** What `agent install` tells at its end. */
const told = (began: number, seconds: number): ReturnType<typeof waitUntilEnrolled> =>
  waitUntilEnrolled({
    what: { settings: { server: server.url, seat: 'Máy 07' }, home: home(), token: undefined, ca: undefined },
    began,
    seconds,
    language: 'en',
  });

test('enrols, tells the installer, counts its heartbeat, says goodbye', async () => {
  const began = Date.now();
  const program = start('service');
  const { lines, exit } = await told(began, 90);
  expect(lines).toEqual([`server: ${server.url}`, 'seat: Máy 07', `device: ${DEVICE}`, 'done: the agent runs and is connected']);
  expect(exit).toBe(0);
  expect(readFileSync(join(folder.path, 'run', 'alive'), 'utf8')).toMatch(/^\d+-1\n$/);
  expect(await program.stop('SIGTERM')).toBe(0);
  expect(collector.of('presence').at(-1)).toMatchObject({ online: false });
  const after = await told(Date.now(), 0);
  expect(after.exit).toBe(69);
});

test('a refused token: one line, the service goes on, and status and installer say why', async () => {
  server.refusal = 'TOKEN_EXPIRED';
  const began = Date.now();
  const program = start('service');
  const { lines, exit } = await told(began, 90);
  expect(lines.join('\n')).toContain('AGENT_TOKEN_EXPIRED: the enrolment token has expired.');
  expect(exit).toBe(77);
  const status = start('status');
  expect(await status.ended()).toBe(3);
  expect(status.stdout).toContain('AGENT_TOKEN_EXPIRED');
  expect(program.child.exitCode).toBeNull();
  expect(await program.stop('SIGTERM')).toBe(0);
  expect(program.stderr.split('\n').filter((line) => line.includes('TOKEN_EXPIRED'))).toHaveLength(1);
  expect(program.stderr).not.toContain('a-token-of-the-school');
});

test('a broken configuration: one line, and the service waits for somebody to mend it', async () => {
  writeFileSync(config(), '[agent]\nserver = \n');
  const program = start('service');
  await until('it says so', () => program.stderr.includes('CONFIG_FILE'));
  expect(program.stderr).not.toMatch(/\n\s+at /);
  expect(await program.stop('SIGTERM')).toBe(0);
  expect(server.requests).toEqual([]);
});
