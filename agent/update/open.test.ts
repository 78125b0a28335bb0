import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { agentSettings, type AgentSettings } from '../settings.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { openUpdates } from './open.ts';
import type { UpdateSchedule } from './schedule.ts';
import type { TrialWatch } from './trial-watch.ts';

const DAY = 86_400_000;

let folder: string;
let clock: ManualClock;
let looks: number;
let wish: AgentSettings['update'];
let updates: UpdateSchedule | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-open-'));
  clock = new ManualClock(1_795_244_407_000);
  looks = 0;
});
afterEach(async () => {
  await updates?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(own: AgentSettings['update']): UpdateSchedule | undefined {
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  // Without a key nothing is looked for; nobody reads it here.
  writeFileSync(join(folder, 'keys.pem'), '');
  const trial = { state: { is: 'none' }, places: { keys: join(folder, 'keys.pem') } } as unknown as TrialWatch;
  updates = openUpdates({
    self: { trial, words: [], restart: () => undefined, reclaim: async () => undefined },
    settings: { ...values, home: folder, server: 'https://127.0.0.1:1', update: own },
    folder,
    clock,
    log: silentLog,
    platform: new PlayedMachine(clock).platform,
    random: () => 0.5,
    // Asked once for each look, before anything else.
    credentials: () => {
      looks += 1;
      return undefined;
    },
    connected: () => true,
    quiet: () => false,
    wish: () => wish,
    tell: () => undefined,
  });
  return updates;
}

test('while the server says off nothing is looked for; when it says on again it is', async () => {
  wish = 'off';
  await open('on')!.start();
  await clock.pass(3 * DAY);
  expect(looks).toBe(0);
  wish = 'on';
  await clock.pass(DAY);
  expect(looks).toBeGreaterThan(0);
});

test('where the machine itself says off there are no updates, whatever the server says', () => {
  wish = 'on';
  expect(open('off')).toBeUndefined();
});
