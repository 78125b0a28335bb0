import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import type { Server } from './ask.ts';
import { UpdateSchedule, type ScheduleOptions } from './schedule.ts';
import { UpdateMemory } from './state.ts';
import type { Outcome, Updater } from './updater.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SERVER: Server = { url: new URL('http://127.0.0.1:1'), ca: undefined, device: 'd', secret: 's' };

let folder: string;
let clock: ManualClock;
let memory: UpdateMemory;
let keyFile: string;
let looks: number[];
let outcome: Outcome;
let told: unknown[];
let restarts: number;
let loaded: number;
let tidied: number;
const open: UpdateSchedule[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-schedule-'));
  clock = new ManualClock();
  memory = new UpdateMemory(join(folder, 'update'));
  keyFile = join(folder, 'release-key.pem');
  writeFileSync(keyFile, 'a key');
  [looks, told, restarts, loaded, tidied, outcome] = [[], [], 0, 0, 0, { is: 'current' }];
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A schedule whose updater only writes down when it was asked. */
function schedule(more: Partial<ScheduleOptions> = {}): UpdateSchedule {
  const look = async (): Promise<Outcome> => {
    looks.push(clock.now());
    memory.save({ askedAt: clock.now() });
    return outcome;
  };
  const made = new UpdateSchedule({
    clock,
    random: () => 0.5,
    log: silentLog,
    memory,
    keyFile,
    trial: { is: 'none' },
    version: '0.2.0',
    calmMs: 10 * MINUTE,
    load: async () => {
      loaded++;
      return { look, resume: async () => undefined, stop: async () => undefined } as unknown as Updater;
    },
    server: () => SERVER,
    quiet: () => false,
    tell: (code, facts) => told.push([code, facts]),
    restart: () => restarts++,
    reclaim: async () => tidied++,
    ...more,
  });
  open.push(made);
  return made;
}

test('it looks once a day, not right after the start, and loads nothing before', async () => {
  await schedule().start();
  await clock.pass(24 * MINUTE);
  expect([looks.length, loaded]).toEqual([0, 0]);
  await clock.pass(2 * MINUTE);
  expect(looks).toHaveLength(1);
  await clock.pass(10 * 24 * HOUR);
  expect(looks.length).toBeGreaterThanOrEqual(10);
  expect(looks.length).toBeLessThanOrEqual(11);
  expect(loaded).toBe(1);
  expect(tidied).toBe(looks.length);
});

test('a machine that is switched on every morning looks once a day', async () => {
  for (let day = 0; day < 10; day++) {
    for (const hours of [3, 4]) {
      const each = schedule();
      await each.start();
      await clock.pass(hours * HOUR);
      await each.stop();
      await clock.pass(HOUR);
    }
    await clock.pass(15 * HOUR);
  }
  expect(looks.length).toBeGreaterThanOrEqual(5);
  expect(looks.length).toBeLessThanOrEqual(10);
});

test('quiet hours are kept, but not against somebody who asks', async () => {
  let quiet = true;
  const each = schedule({ quiet: () => quiet });
  await each.start();
  await clock.pass(6 * HOUR);
  expect(looks).toHaveLength(0);
  expect(await each.look()).toEqual({ is: 'current' });
  expect(looks).toHaveLength(1);
  await clock.pass(30 * HOUR);
  expect(looks).toHaveLength(1);
  quiet = false;
  await clock.pass(HOUR);
  expect(looks).toHaveLength(2);
});

test('a machine that waits asks again soon, and leaves it for the next day in the end', async () => {
  outcome = { is: 'wait', seconds: 300 };
  await schedule().start();
  await clock.pass(20 * HOUR);
  expect(looks.length).toBeGreaterThan(20);
  expect(looks.length).toBeLessThanOrEqual(60);
});

test('a line that was cut off is tried again within hours, and told once', async () => {
  outcome = { is: 'failed', reason: 'download', why: 'cut off', release: '0.3.0' };
  await schedule().start();
  await clock.pass(6 * HOUR);
  expect(looks.length).toBeGreaterThanOrEqual(4);
  expect(looks.length).toBeLessThanOrEqual(6);
  expect(told).toHaveLength(1);
});

test('what went wrong is told once, not every day', async () => {
  outcome = { is: 'failed', reason: 'disk_full', why: 'full', release: '0.3.0' };
  await schedule().start();
  await clock.pass(5 * 24 * HOUR);
  expect(told).toEqual([['update_failed', { cause: 'disk_full', release: '0.3.0' }]]);
  outcome = { is: 'failed', reason: 'corrupt', why: 'other bytes', release: '0.3.0' };
  await clock.pass(2 * 24 * HOUR);
  expect(told).toHaveLength(2);
});

test('a version that went is told and not tried again; one that proved itself is told to the server soon', async () => {
  await schedule({ trial: { is: 'back', release: '0.3.0', reason: 'crash' } }).start();
  expect(told).toEqual([['update_rolled_back', { release: '0.3.0', cause: 'crash' }]]);
  expect(memory.mayTry('0.3.0', clock.now() + 99 * 24 * HOUR)).toBe(false);
  const other = schedule();
  memory.save({ askedAt: clock.now() });
  await other.start();
  other.proved();
  await clock.pass(2 * MINUTE);
  expect(looks).toHaveLength(1);
});

test('a new executable in its place ends this process', async () => {
  outcome = { is: 'restart', release: '0.3.0' };
  await schedule().start();
  await clock.pass(HOUR);
  expect(restarts).toBe(1);
});

test('without a key, and before enrolment, nobody is asked', async () => {
  rmSync(keyFile);
  await schedule().start();
  await clock.pass(50 * HOUR);
  expect([looks.length, loaded]).toEqual([0, 0]);
  writeFileSync(keyFile, 'a key');
  let enrolled = false;
  await schedule({ server: () => (enrolled ? SERVER : undefined) }).start();
  await clock.pass(HOUR);
  expect(looks).toHaveLength(0);
  enrolled = true;
  await clock.pass(MINUTE);
  expect(looks).toHaveLength(1);
});
