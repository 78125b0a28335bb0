import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encode } from '../../protocol/decode.ts';
import type { LabwatchError } from '../../runtime/errors.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { systemClock } from '../platform/clock.ts';
import { type AgentSettings, agentSettings } from '../settings.ts';
import { WrittenActions } from '../test-kit/actions.ts';
import { TestingCollector, until } from '../test-kit/collector.ts';
import { EnrolmentServer } from '../test-kit/enrolment-server.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { Agent, type AgentOptions } from './agent.ts';
import { readStatus } from './status-file.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const SECRET = 's'.repeat(43);
const TOKEN = 'a-token-of-the-school';

let home: string;
let collector: TestingCollector;
let server: EnrolmentServer;
let machine: PlayedMachine;
const running: Agent[] = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-agent-'));
  collector = new TestingCollector();
  collector.secret = SECRET;
  await collector.start();
  server = new EnrolmentServer({ device: DEVICE, secret: SECRET, brokerUrl: () => collector.url });
  await server.start();
  machine = new PlayedMachine(systemClock);
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await server.stop();
  await collector.kill();
  rmSync(home, { recursive: true, force: true });
});

function agent(over: Partial<AgentSettings> = {}, options: Partial<AgentOptions> = {}): Agent {
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  const made = new Agent({
    settings: { ...values, home, server: server.url, token: TOKEN, seat: 'Máy 07', ...over },
    log: silentLog,
    clock: systemClock,
    platform: machine.platform,
    probes: machine.probes,
    random: () => 0,
    ownProcess: false,
    brokerUrl: undefined,
    actions: new WrittenActions(),
    ...options,
  });
  running.push(made);
  return made;
}

const refusal = async (made: Agent): Promise<LabwatchError> =>
  made.start().then(
    () => {
      throw new Error('it started');
    },
    (error: unknown) => error as LabwatchError,
  );

describe('a first run', () => {
  test('enrols, is born, reports within seconds, tells hardware and protection; everything is acknowledged', async () => {
    const made = agent();
    await made.start();
    expect(made.device).toBe(DEVICE);
    await until('hardware', () => collector.of('inventory').length === 1);
    // The first message says that nobody watched since the boot.
    expect(collector.of('event')).toMatchObject([{ seq: 1, code: 'unobserved' }]);
    expect(collector.of('birth')).toMatchObject([{ seq: 2, end: 'first', oldest: 1, dropped: 0, os: { family: 'linux' } }]);
    expect(collector.of('report')).toMatchObject([{ span: 1, on: '1', session: 'open', metrics: { cpu: { mean: 10 } } }]);
    // In a process shared with others its own cost is unknown.
    expect(collector.of('report')[0]!.metrics).not.toHaveProperty('agent_memory');
    expect(collector.of('security')).toHaveLength(1);
    await until('all was acknowledged', () => made.status().waiting === 0);
    expect(statSync(join(home, 'agent', 'outbox.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'agent', 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(readStatus(join(home, 'agent', 'status.json'))).toMatchObject({ running: true, device: DEVICE });
    await made.stop('shutdown');
    expect(collector.of('presence').at(-1)).toMatchObject({ online: false, reason: 'shutdown' });
    expect(readStatus(join(home, 'agent', 'status.json'))).toMatchObject({ running: false });
  });

  test('a second run needs no token and goes on with the same stream', async () => {
    await agent().start();
    await until('a report', () => collector.of('report').length === 1);
    await running.pop()!.stop();
    await server.stop();
    const second = agent({ token: undefined, server: undefined });
    await second.start();
    await until('a second birth', () => collector.of('birth').length >= 2);
    expect(collector.of('birth').map(({ end }) => end)).toEqual(['first', 'clean']);
    expect(new Set(collector.of('birth').map(({ stream }) => stream)).size).toBe(1);
  });

  test.each([
    ['TOKEN_EXPIRED', 'AGENT_TOKEN_EXPIRED'],
    ['TOKEN_USED_UP', 'AGENT_TOKEN_USED_UP'],
  ])('%s ends it with one clear error', async (code, expected) => {
    server.refusal = code;
    const made = agent();
    expect((await refusal(made)).code).toBe(expected);
    expect(collector.connections).toBe(0);
    // Nothing is locked: it can be started again at once.
    server.refusal = undefined;
    await agent().start();
  });

  test('without a token or a server it says what is missing, before it begins anything', async () => {
    expect((await refusal(agent({ token: undefined }))).code).toBe('AGENT_NOT_ENROLLED');
    expect((await refusal(agent({ server: undefined }))).code).toBe('AGENT_NOT_ENROLLED');
  });

  test('a server that comes up later: what was seen meanwhile is not lost', async () => {
    await server.stop();
    const made = agent();
    await made.start();
    expect(made.device).toBeUndefined();
    await until('a report in the outbox', () => made.status().waiting >= 1);
    await server.start();
    await until('the report', () => collector.of('report').length === 1);
    expect(made.device).toBe(DEVICE);
  });

  test('a data folder copied to another machine begins a stream of its own, so that neither takes the places of the other', async () => {
    await agent().start();
    await until('hardware', () => collector.of('inventory').length === 1);
    await running.pop()!.stop();
    const copy = mkdtempSync(join(tmpdir(), 'labwatch-agent-'));
    try {
      cpSync(home, copy, { recursive: true });
      const other = new PlayedMachine(systemClock);
      const platform = { ...other.platform, fingerprint: async () => ({ uuid: 'another-board', macs: [], disks: [] }) };
      await agent({ home: copy }, { platform, probes: other.probes }).start();
      await until('it is born', () => collector.of('birth').length === 2);
      await running.pop()!.stop();
      await agent({ home: copy }, { platform, probes: other.probes }).start();
      await until('it is born again', () => collector.of('birth').length === 3);
      await running.pop()!.stop();
      await agent().start();
      await until('the first one again', () => collector.of('birth').length === 4);
      const [first, second, again, back] = collector.of('birth').map(({ stream }) => stream);
      expect([second === first, again === second, back === first]).toEqual([false, true, true]);
    } finally {
      for (const each of running.splice(0)) await each.stop();
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('two agents with one data folder: the second is told so', async () => {
    await agent().start();
    expect((await refusal(agent())).code).toBe('AGENT_ALREADY_RUNNING');
  });
});

describe('in service', () => {
  test('a secret that was revoked: with a token it enrols again by itself', async () => {
    await agent().start();
    await until('a report', () => collector.of('report').length === 1);
    await running.pop()!.stop();
    // The server made a new secret for this device; the agent still has the old one.
    collector.secret = 'n'.repeat(43);
    Object.assign(server, { secret: collector.secret });
    await agent().start();
    await until('it is born again', () => collector.of('birth').length === 2);
    expect(server.requests).toHaveLength(2);
    expect(readFileSync(join(home, 'agent', 'credentials.json'), 'utf8')).toContain('n'.repeat(43));
  });

  test('a refresh sends hardware and protection again; an expired or repeated one does not', async () => {
    const made = agent();
    await made.start();
    await until('hardware', () => collector.of('inventory').length === 1 && made.status().waiting === 0);
    const command = { v: 1, stream: 'c'.repeat(26), seq: 1, at: Date.now(), name: 'refresh' } as const;
    const late = { ...command, id: 'e'.repeat(26), expires: Date.now() - 60_000 };
    const good = { ...command, id: 'd'.repeat(26), expires: Date.now() + 60_000 };
    for (const each of [late, good, good]) await collector.send(DEVICE, 'command', encode('command', each));
    await until('hardware again', () => collector.of('inventory').length === 2);
    await until('both were counted', () => made.status().counts['command_refused'] === 1 && made.status().counts['command_repeated'] === 1);
    expect(collector.of('security')).toHaveLength(2);
  });

  test('a configuration is kept over a restart, and an older one is not obeyed', async () => {
    await agent().start();
    const config = { v: 1, stream: 'c'.repeat(26), seq: 1, at: Date.now() } as const;
    await collector.send(DEVICE, 'config', encode('config', { ...config, version: 4, reportMinutes: 2 }), true);
    await collector.send(DEVICE, 'config', encode('config', { ...config, version: 3, reportMinutes: 5 }));
    await until('a report', () => collector.of('report').length === 1);
    await running.pop()!.stop();
    await agent().start();
    await until('it is born again', () => collector.of('birth').length === 2);
    expect(collector.of('birth').at(-1)!.config).toBe(4);
  });

  test('the broker may be somewhere else than the enrolment said', async () => {
    const elsewhere = collector.url;
    const made = new EnrolmentServer({ device: DEVICE, secret: SECRET, brokerUrl: () => 'mqtt://127.0.0.1:9' });
    await made.start();
    try {
      await agent({ server: made.url }, { brokerUrl: elsewhere }).start();
      await until('it is born', () => collector.of('birth').length === 1);
      expect(readFileSync(join(home, 'agent', 'credentials.json'), 'utf8')).toContain('127.0.0.1:9"');
    } finally {
      await made.stop();
    }
  });
});
