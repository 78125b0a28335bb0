import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestingCollector, until } from '../../agent/test-kit/collector.ts';
import { EnrolmentServer } from '../../agent/test-kit/enrolment-server.ts';
import { labwatch, type Program, tempFolder } from '../tools/programs.ts';
import { makeCertificate } from './broker-harness.ts';

/** What goes wrong at a school: one clear line in the log and in the doctor, and well again by itself where that is safe. */

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 's'.repeat(43);
const TEN_YEARS = 3653 * 86_400_000;

let folder: ReturnType<typeof tempFolder>;
let collector: TestingCollector;
let server: EnrolmentServer;
const programs: Program[] = [];
const servers: Server[] = [];
const home = (): string => join(folder.path, 'home');

beforeEach(async () => {
  folder = tempFolder('agent-bad-input');
  collector = new TestingCollector();
  await collector.start();
  server = new EnrolmentServer({ device: DEVICE, secret: SECRET, brokerUrl: () => collector.url });
  await server.start();
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop('SIGKILL');
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
  await server.stop();
  await collector.kill();
  folder.remove();
});

function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const base = { LABWATCH_HOME: home(), LABWATCH_TOKEN: 'a-token-of-the-school', LABWATCH_LOG_FORMAT: 'json', LABWATCH_SERVER: server.url };
  const program = labwatch(['agent', ...words], { ...base, ...env });
  programs.push(program);
  return program;
}

/** The doctor's lines of one kind. */
async function doctor(id: string, env: NodeJS.ProcessEnv = {}): Promise<{ lines: string[]; code: number | null }> {
  const program = start(['doctor', '--json'], env);
  const code = await program.ended();
  const { findings } = JSON.parse(program.stdout) as { findings: { id: string; level: string; what: { en: string } }[] };
  return { code, lines: findings.filter((each) => each.id === id).map(({ level, what }) => `${level} ${what.en}`) };
}

const logged = (program: Program, code: string): number => program.stderr.split('\n').filter((line) => line.includes(code)).length;
const noStack = (program: Program): void => expect(program.stderr).not.toMatch(/\n\s+at |"stack"/);

/** HTTPS on loopback with a certificate of its own. */
async function secureServer(now?: number): Promise<{ url: string; ca: string }> {
  const tls = join(folder.path, `server-${servers.length}`);
  await makeCertificate(tls, now);
  const file = (name: string): string => join(tls, 'tls', name);
  const made = createSecureServer({ key: readFileSync(file('server.key')), cert: readFileSync(file('server.crt')) }, (_, response) => {
    response.writeHead(404).end();
  });
  servers.push(made);
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return { url: `https://127.0.0.1:${(made.address() as { port: number }).port}`, ca: file('ca.crt') };
}

test.each(['TOKEN_UNKNOWN', 'TOKEN_EXPIRED'])('%s', async (refusal) => {
  server.refusal = refusal;
  const service = start(['service']);
  await until('the refusal', () => logged(service, `AGENT_${refusal}`) > 0);
  const { lines, code } = await doctor('enrolment');
  expect(lines).toEqual([expect.stringContaining(`fail AGENT_${refusal}: `)]);
  expect(code).toBe(1);
  expect(logged(service, `AGENT_${refusal}`)).toBe(1);
  noStack(service);
});

test.each([
  ['a token file with nothing in it', '\n', 'AGENT_FILE_UNREADABLE'],
  ['a token that was pasted with the words around it', 'It admits up to 40 machines\nabc.def\n', 'AGENT_TOKEN_UNKNOWN'],
])('%s is told as such, and nobody is asked', async (_name, text, code) => {
  const path = join(folder.path, 'token');
  writeFileSync(path, text);
  const service = start(['run', '--token-file', path], { LABWATCH_TOKEN: '' });
  expect(await service.ended()).not.toBe(0);
  expect(service.stderr).toContain(code);
  noStack(service);
});

test('a CA that did not sign the certificate', async () => {
  const { url } = await secureServer();
  const { ca } = await secureServer();
  const env = { LABWATCH_SERVER: url, LABWATCH_CA: ca };
  const service = start(['service'], env);
  await until('the refusal', () => logged(service, 'AGENT_CA_WRONG') > 0);
  const { lines } = await doctor('server', env);
  expect(lines).toEqual([expect.stringMatching(/^ok 127\.0\.0\.1:\d+ answers/), expect.stringContaining('fail AGENT_CA_WRONG: ')]);
  noStack(service);
});

test('a clock ten years behind: our own authority is believed all the same, and the doctor tells what is wrong', async () => {
  const { url, ca } = await secureServer(Date.now() + TEN_YEARS);
  const env = { LABWATCH_SERVER: url, LABWATCH_CA: ca };
  const service = start(['service'], env);
  // It has spoken to the server, whose certificate is not valid yet by this clock: what the server says is another matter.
  await until('an answer', () => logged(service, 'AGENT_ENROLMENT_ANSWER') > 0);
  expect(logged(service, 'AGENT_CLOCK_WRONG')).toBe(0);
  expect((await doctor('server', env)).lines.at(-1)).toContain('fail AGENT_CLOCK_WRONG: ');
  // The server's own clock is this machine's; another one says what it would say ten years on.
  const ahead = createServer((_, response) => {
    response.writeHead(404, { date: new Date(Date.now() + TEN_YEARS).toUTCString() }).end();
  });
  servers.push(ahead);
  ahead.listen(0, '127.0.0.1');
  await once(ahead, 'listening');
  const { lines } = await doctor('clock', { LABWATCH_SERVER: `http://127.0.0.1:${(ahead.address() as { port: number }).port}` });
  expect(lines).toEqual(["fail 3653 d behind the server's"]);
  // It does not end and asks nobody for anything: it goes on watching.
  expect(service.child.exitCode).toBeNull();
  noStack(service);
});

test('a corrupt outbox is set aside, said in one line, and the agent goes on', async () => {
  mkdirSync(join(home(), 'agent'), { recursive: true });
  writeFileSync(join(home(), 'agent', 'outbox.db'), 'not a database at all, '.repeat(400));
  expect((await doctor('outbox')).lines).toEqual(['warn its file is damaged']);
  const service = start(['service']);
  await until('it reports', () => collector.of('report').length > 0, 90_000);
  expect(logged(service, 'the outbox is damaged')).toBe(1);
  const { lines } = await doctor('outbox');
  expect(lines).toEqual([expect.stringMatching(/^ok \d+ messages wait/), expect.stringContaining('warn a damaged outbox was set aside')]);
  expect(collector.of('birth')[0]).toMatchObject({ end: 'unknown' });
});

test('a corrupt configuration', async () => {
  const config = join(folder.path, 'agent.toml');
  writeFileSync(config, '[agent]\nserver = \u0000\n');
  const service = start(['service', '--config', config]);
  await until('it says so', () => logged(service, 'CONFIG_FILE') > 0);
  const env = { LABWATCH_CONFIG: config };
  const { lines, code } = await doctor('config', env);
  expect(lines).toEqual([expect.stringContaining('fail CONFIG_FILE: ')]);
  expect(code).toBe(1);
  expect(logged(service, 'CONFIG_FILE')).toBe(1);
});

const trial = tempFolder('agent-bad-input-trial');
const canMount = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', trial.path]).status === 0;
if (canMount) execFileSync('umount', [trial.path]);
else process.stderr.write('SKIPPED: a disk that is really full needs root and mount\n');
trial.remove();

test.skipIf(!canMount)('a disk that is really full: said once, the agent watches on, and stores again when there is room', async () => {
  mkdirSync(home());
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', home()]);
  try {
    const service = start(['service'], { LABWATCH_SAMPLE_SECONDS: '5' });
    await until('it reports', () => collector.of('report').length > 0, 90_000);
    spawnSync('dd', ['if=/dev/zero', `of=${join(home(), 'fill')}`, 'bs=1k']);
    // Hardware and protection, and a window that the end of a minute closes, find no room.
    await until('it says so', () => logged(service, 'the disk takes no more messages') > 0, 150_000);
    expect((await doctor('disk')).lines).toEqual([expect.stringMatching(/^fail 0 MB free/)]);
    rmSync(join(home(), 'fill'));
    await until('it stores again', () => logged(service, 'the disk takes messages again') > 0, 150_000);
    expect(logged(service, 'the disk takes no more messages')).toBe(1);
    expect(service.child.exitCode).toBeNull();
    expect(await service.stop('SIGTERM')).toBe(0);
  } finally {
    for (const program of programs.splice(0)) await program.stop('SIGKILL');
    execFileSync('umount', [home()]);
  }
});
