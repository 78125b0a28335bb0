import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { VERSION } from '../../runtime/version.ts';
import { systemClock } from '../platform/clock.ts';
import { agentSettings } from '../settings.ts';
import { TestingCollector, until } from '../test-kit/collector.ts';
import { EnrolmentServer } from '../test-kit/enrolment-server.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { WrittenActions } from '../test-kit/actions.ts';
import { placesOf, type Places } from '../update/places.ts';
import { beginTrial } from '../update/trial.ts';
import { TrialWatch } from '../update/trial-watch.ts';
import { Agent } from './agent.ts';

let home: string;
let places: Places;
let collector: TestingCollector;
let server: EnrolmentServer;
let running: Agent | undefined;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-agent-'));
  places = placesOf(join(home, 'labwatch-agent'));
  writeFileSync(places.executable, 'this version');
  collector = new TestingCollector();
  collector.secret = 's'.repeat(43);
  await collector.start();
  server = new EnrolmentServer({ device: 'abcdefghijklmnopqrstuvwxyz', secret: collector.secret, brokerUrl: () => collector.url });
  await server.start();
});
afterEach(async () => {
  await running?.stop();
  await server.stop();
  await collector.kill();
  rmSync(home, { recursive: true, force: true });
});

/** An agent that takes itself for the executable of `places`. */
async function start(): Promise<TrialWatch> {
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  const machine = new PlayedMachine(systemClock);
  const trial = new TrialWatch(places, VERSION, { clock: systemClock, log: silentLog, restart: () => undefined });
  running = new Agent({
    settings: { ...values, home, server: server.url, token: 'a-token-of-the-school' },
    log: silentLog,
    clock: systemClock,
    platform: machine.platform,
    probes: machine.probes,
    random: () => 0,
    ownProcess: false,
    brokerUrl: undefined,
    actions: new WrittenActions(),
    self: { trial, words: [], restart: () => undefined, reclaim: async () => undefined },
  });
  await running.start();
  return trial;
}

test('a version on trial stays as soon as the collector acknowledges what it sends', async () => {
  writeFileSync(places.old, 'the version before');
  beginTrial(places, { from: '0.0.1', to: VERSION, connected: true });
  const trial = await start();
  expect(trial.open).toBe(true);
  await until('it has proved itself', () => !existsSync(places.trial));
  expect([trial.open, existsSync(places.starts), existsSync(places.old)]).toEqual([false, false, true]);
});

test('the version that is back tells which release went, and why', async () => {
  beginTrial(places, { from: VERSION, to: '99.0.0', connected: true });
  writeFileSync(places.guard, '....');
  await start();
  const told = () => collector.of('event').find(({ code }) => code === 'update_rolled_back');
  await until('the event', () => told() !== undefined);
  expect(told()).toMatchObject({ release: '99.0.0', cause: 'crash' });
  expect(existsSync(places.trial)).toBe(false);
});
