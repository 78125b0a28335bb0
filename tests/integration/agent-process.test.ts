import { homedir, hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestingCollector, until } from '../../agent/test-kit/collector.ts';
import { EnrolmentServer } from '../../agent/test-kit/enrolment-server.ts';
import type { Birth } from '../../protocol/payloads/index.ts';
import { labwatch, type Program, ROOT, tempFolder } from '../tools/programs.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 's'.repeat(43);

let home: ReturnType<typeof tempFolder>;
let collector: TestingCollector;
let server: EnrolmentServer;
const programs: Program[] = [];

beforeEach(async () => {
  home = tempFolder('agent-process');
  collector = new TestingCollector();
  collector.secret = SECRET;
  await collector.start();
  server = new EnrolmentServer({ device: DEVICE, secret: SECRET, brokerUrl: () => collector.url });
  await server.start();
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop('SIGKILL');
  await server.stop();
  await collector.kill();
  home.remove();
});

/** The real agent in a process of its own, watching the machine this test runs on. */
function start(...args: string[]): Program {
  const program = labwatch(['agent', ...args], {
    LABWATCH_HOME: home.path,
    LABWATCH_SERVER: server.url,
    LABWATCH_TOKEN: 'a-token-of-the-school',
    LABWATCH_SAMPLE_SECONDS: '5',
    LABWATCH_LOG_FORMAT: 'json',
  });
  programs.push(program);
  return program;
}

/** Each once: what was not acknowledged before a kill comes again. */
const births = (): Birth[] => collector.of('birth').filter(({ seq }, i, all) => all.findIndex((other) => other.seq === seq) === i);

test('this machine: killed, stopped, started again; every number arrives and nothing personal does', async () => {
  // Each kill at another moment: while it starts, while it sends, while it rests.
  for (const [round, pause] of [0, 900, 3500].entries()) {
    const agent = start('run');
    await until('it is born', () => births().length > round, 90_000);
    await sleep(pause);
    await agent.stop('SIGKILL');
  }
  const last = start('run');
  await until('it is born again', () => births().length === 4, 90_000);
  await until(
    'hardware and protection of this machine',
    () => collector.of('inventory').length > 0 && collector.of('security').length > 0,
    90_000,
  );
  await until('its CPU load', () =>
    collector.of('report').some(({ metrics }) => metrics.cpu !== undefined && metrics.agent_memory !== undefined),
  );
  expect(await last.stop('SIGTERM')).toBe(0);
  expect(collector.of('presence').at(-1)).toMatchObject({ online: false, reason: 'stopped' });
  const again = start('run');
  await until('it is born once more', () => births().length === 5, 90_000);
  const status = start('status', '--json');
  expect(await status.ended()).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true, device: DEVICE });
  expect(await again.stop('SIGTERM')).toBe(0);
  const stopped = start('status');
  expect(await stopped.ended()).toBe(3);

  expect(births().map(({ end }) => end)).toEqual(['first', 'crash', 'crash', 'crash', 'clean']);
  expect(new Set(births().map(({ stream }) => stream)).size).toBe(1);
  expect(new Set(births().map(({ boot }) => boot)).size).toBe(1);
  const seqs = collector.received.filter(({ kind }) => kind !== 'presence').map(({ message }) => message.seq);
  expect(Array.from(new Set(seqs)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: Math.max(...seqs) }, (_, i) => i + 1));

  const sent = Buffer.concat(collector.bytes).toString('latin1') + server.requests.join('\n');
  expect(sent).toContain('labwatch/v1/');
  for (const secret of [hostname(), userInfo().username, homedir(), home.path, ROOT]) {
    // Whole words: a host called "a" is no reason to find it everywhere.
    const word = new RegExp(`(?<![A-Za-z0-9])${secret.replace(/[^A-Za-z0-9]/g, '\\$&')}(?![A-Za-z0-9])`, 'i');
    expect(sent).not.toMatch(word);
  }
});

test('once: what this machine looks like, as text and as JSON, without a server', async () => {
  const text = start('once');
  expect(await text.ended()).toBe(0);
  expect(text.stdout).toMatch(/CPU load +[\d.]+ %/);
  const json = start('once', '--json');
  expect(await json.ended()).toBe(0);
  const seen = JSON.parse(json.stdout) as { metrics: Record<string, number>; boot: { boot: string } };
  expect(seen.metrics['memory_total']).toBeGreaterThan(1e6);
  expect(seen.boot.boot).toMatch(/^[0-9a-f]{16}$/);
});

test('a word that is no subcommand', async () => {
  const program = start('rnu');
  expect(await program.ended()).toBe(64);
  expect(program.stderr).toMatch(/^AGENT_SUBCOMMAND: .*rnu/);
});
