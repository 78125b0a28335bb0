import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../runtime/log.ts';
import { readStatus } from '../core/status-file.ts';
import { agentFail } from '../errors.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { Keeper } from './keep.ts';

let home: string;
let lines: string[];
let clock: ManualClock;
let failures: unknown[];
let events: string[];
let agent: { lookedAt: number; wake(): void; start(): Promise<void>; stop(reason: string): Promise<void> };
let keeper: Keeper;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-keep-'));
  mkdirSync(join(home, 'agent'));
  lines = [];
  events = [];
  failures = [];
  clock = new ManualClock();
  const write = (_: unknown, line: string): void => void lines.push(line);
  const log = { info: write, warn: write, error: write, debug: write, child: () => log } as unknown as Log;
  agent = {
    lookedAt: 0,
    wake: () => void events.push('woken'),
    start: async () => {
      const failure = failures.shift();
      events.push(failure === undefined ? 'started' : 'failed');
      if (failure !== undefined) throw failure;
    },
    stop: async (reason) => void events.push(reason),
  };
  keeper = new Keeper({ make: async () => ({ agent, home }), clock, log, random: () => 0.5 });
});
afterEach(() => rmSync(home, { recursive: true }));

const status = (): ReturnType<typeof readStatus> => readStatus(join(home, 'agent', 'status.json'));

test('a refused token: one line, a problem in the status, tried again slowly, and well when it is mended', async () => {
  failures = [agentFail('AGENT_TOKEN_EXPIRED'), agentFail('AGENT_TOKEN_EXPIRED'), agentFail('AGENT_TOKEN_EXPIRED')];
  const started = keeper.start();
  await clock.pass(60_000);
  expect(events).toEqual(['failed']);
  expect(status()?.problem?.code).toBe('AGENT_TOKEN_EXPIRED');
  expect(status()?.problem?.vi).toMatch(/^AGENT_TOKEN_EXPIRED: mã ghi danh đã hết hạn/);
  await clock.pass(3_600_000);
  await started;
  expect(events).toEqual(['failed', 'failed', 'failed', 'started']);
  expect(lines).toEqual([agentFail('AGENT_TOKEN_EXPIRED').line()]);
  await keeper.stop('shutdown');
  expect(events.at(-1)).toBe('shutdown');
});

test('another reason is another line; an error nobody foresaw ends nothing', async () => {
  failures = [
    agentFail('AGENT_OUTBOX', { path: 'x', why: 'disk full' }),
    new TypeError('x is undefined\n at y'),
    agentFail('AGENT_TOKEN_EXPIRED'),
  ];
  const started = keeper.start();
  await clock.pass(3_600_000);
  await started;
  expect(lines).toHaveLength(3);
  expect(events).toEqual(['failed', 'failed', 'failed', 'started']);
});

test('stopped while it waits, and stopped before it began', async () => {
  failures = [agentFail('AGENT_TOKEN_EXPIRED')];
  const started = keeper.start();
  await clock.pass(1000);
  await keeper.stop('stopped');
  await started;
  await keeper.start();
  expect(events).toEqual(['failed']);
  expect(clock.timers).toBe(0);
});

test('works while it waits and while the agent looks at its machine; an agent that stands still is hung', async () => {
  expect(keeper.works()).toBe(true);
  agent.lookedAt = clock.mono();
  await keeper.start();
  await clock.pass(4 * 60_000);
  expect(keeper.works()).toBe(true);
  await clock.pass(2 * 60_000);
  expect(keeper.works()).toBe(false);
  agent.lookedAt = clock.mono();
  expect(keeper.works()).toBe(true);
});
