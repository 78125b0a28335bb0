import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import type { Probe } from '../probes/probe.ts';
import { agentSettings } from '../settings.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { Counts } from './counts.ts';
import { Outbox } from './outbox/outbox.ts';
import { Watch } from './watch.ts';

/** 2026-11-21T07:00:07Z: seven seconds into a window. */
const START = 1_795_244_407_000;
const MINUTE = 60_000;
const ALL_DAY = ['00:00-12:00', '12:00-00:00'];

let folder: string;
let clock: ManualClock;
let outbox: Outbox;
let watch: Watch;
let samples: Record<string, number>;

/** Counts how often each probe is asked. */
const counted = (probe: Probe): Probe => ({
  ...probe,
  open: async (context) => {
    const opened = await probe.open(context);
    const sample = (): ReturnType<typeof opened.sample> => {
      samples[probe.name] = (samples[probe.name] ?? 0) + 1;
      return opened.sample();
    };
    return { sample, close: () => opened.close() };
  },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-configure-'));
  clock = new ManualClock(START);
  samples = {};
  outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 1e5, maxBytes: 1e8 }, log: silentLog });
  await outbox.start();
  const machine = new PlayedMachine(clock);
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  watch = new Watch({
    settings: { ...values, home: folder },
    outbox,
    log: silentLog,
    counts: new Counts(),
    clock,
    platform: machine.platform,
    probes: machine.probes.map(counted),
    random: () => 0.5,
    ownProcess: true,
    onStored: () => undefined,
    onSlept: () => undefined,
    onMinute: () => undefined,
  });
  await watch.start();
});
afterEach(async () => {
  await watch.stop();
  await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

const reports = (): Payloads['report'][] =>
  outbox
    .after(0, 10_000)
    .filter(({ kind }) => kind === 'report')
    .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()) as Payloads['report']);

async function samplesIn(minutes: number): Promise<number> {
  const before = samples['cpu'] ?? 0;
  await clock.pass(minutes * MINUTE);
  return (samples['cpu'] ?? 0) - before;
}

test('another interval holds from the next look on, in both directions, and no minute is lost', async () => {
  await clock.pass(5 * MINUTE);
  expect(await samplesIn(5)).toBe(15);
  watch.configure({ sampleSeconds: 5 });
  await clock.pass(MINUTE);
  expect(await samplesIn(5)).toBe(60);
  watch.configure({ sampleSeconds: 30 });
  await clock.pass(MINUTE);
  expect(await samplesIn(5)).toBe(10);
  watch.configure({});
  await clock.pass(MINUTE);
  expect(await samplesIn(5)).toBe(15);
  await watch.stop();
  const minutes = new Set(
    reports().flatMap(({ minute, span, on }) => Array.from({ length: span }, (_, i) => (on[i] === '1' ? minute + i : -1))),
  );
  const first = Math.floor(START / MINUTE);
  const missing = Array.from({ length: 27 }, (_, i) => first + i).filter((minute) => !minutes.has(minute));
  expect(missing).toEqual([]);
});

test('shorter windows hold at once', async () => {
  await clock.pass(10 * MINUTE);
  watch.configure({ reportMinutes: 1 });
  await clock.pass(5 * MINUTE);
  const before = reports().length;
  await clock.pass(5 * MINUTE);
  expect(reports().length - before).toBe(5);
});

test('in quiet hours the hardware is not read again, the protection is; afterwards it is', async () => {
  await clock.pass(10_000);
  expect(samples['hardware']).toBe(1);
  watch.configure({ quietHours: ALL_DAY, sampleSeconds: 30 });
  expect(watch.quiet).toBe(true);
  const protection = samples['protection']!;
  await clock.pass(25 * 60 * MINUTE);
  expect(samples['hardware']).toBe(1);
  expect(samples['protection']).toBeGreaterThan(protection + 200);
  watch.configure({ sampleSeconds: 30 });
  expect(watch.quiet).toBe(false);
  await clock.pass(2 * MINUTE);
  expect(samples['hardware']).toBe(2);
});
