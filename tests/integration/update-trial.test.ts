import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardScript } from '../../agent/update/guard.ts';
import { placesOf, type Places } from '../../agent/update/places.ts';
import { switchTo } from '../../agent/update/swap.ts';
import { beginTrial } from '../../agent/update/trial.ts';

/** Real processes: small programs that begin their life as the agent's service does, and a service manager that starts them again. */
const TRIAL_WATCH = new URL('../../agent/update/trial-watch.ts', import.meta.url).pathname;
const CLOCK = new URL('../../agent/platform/clock.ts', import.meta.url).pathname;

let folder: string;
let places: Places;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-trial-'));
  places = placesOf(join(folder, "labwatch agent's"));
  put(places.executable, agent('0.1.0', "say('well'); process.exit(0);"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** A program that says what it finds at its start, and then does what it is told. */
const agent = (version: string, then: string): string => `#!${process.execPath}
import { appendFileSync } from 'node:fs';
import { placesOf } from '${new URL('../../agent/update/places.ts', import.meta.url).pathname}';
import { systemClock } from '${CLOCK}';
import { TrialWatch } from '${TRIAL_WATCH}';
const say = (word) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, '${version} ' + word + '\\n');
const log = { warn: () => undefined, error: () => undefined };
const restart = () => { say('restart'); process.exit(75); };
const watch = new TrialWatch(placesOf(${JSON.stringify(places.executable)}), '${version}', { clock: systemClock, log, restart, withinMs: 300 });
const { is, release, reason } = watch.state;
say([is, release, reason].filter((word) => word !== undefined).join(' '));
if (is === 'leave') process.exit(75);
${then}
`;

/** What an update does at its end. */
function update(text: string, connected = true): void {
  put(places.next, text);
  beginTrial(places, { from: '0.1.0', to: '0.2.0', connected });
  switchTo(places);
}

/** A service manager: starts what lies in the place until it ends by itself with 0, or this often. */
function live(most: number, guarded: boolean): void {
  for (let start = 0; start < most; start++) {
    if (guarded && spawnSync('/bin/sh', ['-c', guardScript(places.executable)]).status !== 0) throw new Error('the guard failed');
    if (spawnSync(places.executable, [], { timeout: 60_000 }).status === 0) return;
  }
}

const log = (): string[] => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
const version = (): string => /'(\d\.\d\.\d) ' \+ word/.exec(readFileSync(places.executable, 'utf8'))?.[1] ?? 'none';
const clean = (): boolean => ![places.trial, places.starts, places.guard].some((path) => existsSync(path));

test('a version that works stays', () => {
  update(agent('0.2.0', "watch.proved(); say('well'); process.exit(0);"));
  live(3, true);
  expect(log()).toEqual(['0.2.0 on', '0.2.0 well']);
  expect([version(), clean(), existsSync(places.old)]).toEqual(['0.2.0', true, true]);
});

test('a version that crashes goes after three starts, and the one before says so', () => {
  update(agent('0.2.0', 'process.exit(1);'));
  live(8, false);
  expect(log()).toEqual(['0.2.0 on', '0.2.0 on', '0.2.0 on', '0.2.0 leave 0.2.0', '0.1.0 back 0.2.0 crash', '0.1.0 well']);
  expect([version(), clean()]).toEqual(['0.1.0', true]);
});

test('a version that cannot run a line goes too: the guard sees to it', () => {
  update('#!/bin/sh\nkill -SEGV $$\n');
  live(8, true);
  expect(log()).toEqual(['0.1.0 back 0.2.0 crash', '0.1.0 well']);
  expect([version(), clean()]).toEqual(['0.1.0', true]);
});

test('a version that gets no connection where the one before had one goes', () => {
  update(agent('0.2.0', 'setTimeout(() => undefined, 50_000);'));
  live(8, true);
  expect(log()).toEqual(['0.2.0 on', '0.2.0 restart', '0.1.0 back 0.2.0 no_connection', '0.1.0 well']);
});

test('a version stays on trial while there was no connection before, and clean stops are forgiven', () => {
  update(agent('0.2.0', 'setTimeout(() => { watch.pause(); process.exit(3); }, 500);'), false);
  live(5, true);
  expect(log()).toEqual(Array(5).fill('0.2.0 on'));
  expect(version()).toBe('0.2.0');
});

test('a switch that the power cut off counts for nothing', () => {
  put(places.next, agent('0.2.0', 'process.exit(0);'));
  beginTrial(places, { from: '0.1.0', to: '0.2.0', connected: true });
  live(1, false);
  expect(log()).toEqual(['0.1.0 none', '0.1.0 well']);
  expect(clean()).toBe(true);
  // And a marker that is cut off, or not one at all.
  for (const text of ['', '{"from":', '[]', '{"from":1,"to":2}']) {
    writeFileSync(places.trial, text);
    live(1, true);
    expect(clean()).toBe(true);
  }
});

test('a version that somebody installs meanwhile has nothing to do with the trial', () => {
  update(agent('0.2.0', 'process.exit(1);'));
  live(2, true);
  put(places.executable, agent('0.3.0', 'process.exit(0);'));
  live(1, true);
  expect(log()).toEqual(['0.2.0 on', '0.2.0 on', '0.3.0 none']);
  expect(clean()).toBe(true);
});
