import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Payloads } from '../../protocol/payloads/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { agentSettings } from '../settings.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { Counts } from './counts.ts';
import { MINUTE_MS } from './minute-book.ts';
import { type KeptKind, Outbox } from './outbox/outbox.ts';
import { Watch } from './watch.ts';

/** 2026-11-21T07:00:07Z: seven seconds into a window. */
const START = 1_795_244_407_000;
const M0 = Math.floor(START / MINUTE_MS);

let folder: string;
let outbox: Outbox;
let clock: ManualClock;
let machine: PlayedMachine;
let watch: Watch;
let counts: Counts;
let stored: number;
let slept: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-watch-'));
  clock = new ManualClock(START);
  machine = new PlayedMachine(clock);
  counts = new Counts();
  [stored, slept] = [0, 0];
  await openOutbox();
  watch = make();
});
afterEach(async () => {
  await watch.stop();
  await outbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openOutbox(): Promise<void> {
  outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 1e5, maxBytes: 1e8 }, log: silentLog });
  await outbox.start();
}

function make(): Watch {
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  return new Watch({
    settings: { ...values, home: folder, seat: 'Máy 07' },
    outbox,
    log: silentLog,
    counts,
    clock,
    platform: machine.platform,
    probes: machine.probes,
    random: () => 0.5,
    ownProcess: true,
    onStored: () => void (stored += 1),
    onSlept: () => void (slept += 1),
    onMinute: () => undefined,
  });
}

/** The process is gone without a word; another begins on the same file. */
async function crash(): Promise<void> {
  const gone = outbox;
  await gone.stop();
  await openOutbox();
  watch = make();
}

function sent<K extends KeptKind>(kind: K): Payloads[K][] {
  return outbox
    .after(0, 10_000)
    .filter((message) => message.kind === kind)
    .map((message) => JSON.parse(Buffer.from(message.bytes).toString()) as Payloads[K]);
}

const happened = (): Payloads['event'][] => sent('event').filter(({ code }) => code !== 'unobserved');
/** Minutes from the start of which the agent says that nobody watched, as [first, the one after the last]. */
const unobserved = (): number[][] =>
  sent('event')
    .filter(({ code }) => code === 'unobserved')
    .map(({ since, count }) => [since! / MINUTE_MS - M0, since! / MINUTE_MS - M0 + count!]);

/** All reports OR-ed, as the collector does: minute from the start to state. */
function day(): Map<number, string> {
  const minutes = new Map<number, string>();
  for (const { minute, on, active, blind } of sent('report')) {
    for (const [i, bit] of Array.from(on).entries()) {
      const state = active[i] === '1' ? 'active' : blind[i] === '1' ? 'blind' : 'idle';
      const before = minutes.get(minute - M0 + i);
      if (bit === '1' && before !== 'active' && !(before === 'blind' && state === 'idle')) minutes.set(minute - M0 + i, state);
    }
  }
  return minutes;
}

const secondsTo = (minute: number, second = 0): number => (M0 + minute) * MINUTE_MS + second * 1000 - clock.now();

describe('the first minute', () => {
  test('the first report leaves two seconds after the start and already says that the machine is on', async () => {
    await watch.start();
    await clock.pass(2_100);
    expect(stored).toBeGreaterThan(0);
    expect(sent('report')).toMatchObject([
      { minute: M0, span: 1, on: '1', session: 'open', metrics: { cpu: { min: 10, mean: 10, max: 10 } } },
    ]);
    const { metrics } = sent('report')[0]!;
    expect(metrics.agent_memory).toBeGreaterThan(1e6);
    // What it says of the minutes since the boot.
    expect(metrics.agent_queue).toBe(1);
  });

  test('hardware and protection follow within six seconds, once', async () => {
    await watch.start();
    await clock.pass(6_100);
    expect(sent('inventory')).toMatchObject([{ seat: 'Máy 07', system: { model: 'OptiPlex 3070' }, os: { name: 'Debian GNU Linux' } }]);
    expect(sent('security')).toMatchObject([{ firewall: 'unknown', antivirus: [{ name: 'ClamAV' }] }]);
    await clock.pass(3_600_000);
    expect([sent('inventory').length, sent('security').length]).toEqual([1, 1]);
  });
});

describe('a lesson', () => {
  test('minutes are as a person sees them: idle, in use, locked, unseen', async () => {
    await watch.start();
    await clock.pass(secondsTo(3, 10));
    for (let i = 0; i < 20; i++) {
      machine.touch();
      await clock.pass(9_000);
    }
    await clock.pass(secondsTo(9));
    [machine.session, machine.touchedAt] = ['locked', null];
    await clock.pass(secondsTo(11));
    machine.session = 'open';
    await clock.pass(secondsTo(14));
    await watch.stop();
    const states = Array.from({ length: 14 }, (_, i) => day().get(i));
    expect(states).toEqual([
      ...Array(3).fill('idle'),
      ...Array(4).fill('active'),
      ...Array(2).fill('idle'),
      ...Array(2).fill('idle'),
      ...Array(3).fill('blind'),
    ]);
    // The console heard of the first touch when its minute was over, and of the rest at changes and marks.
    expect(sent('report').map(({ minute, span }) => [minute - M0, span])).toEqual([
      [0, 1],
      [0, 4],
      [4, 1],
      [5, 3],
      [8, 2],
      [10, 2],
      [12, 2],
    ]);
  });

  test('numbers of a window are its own', async () => {
    await watch.start();
    await clock.pass(secondsTo(5, 1));
    for (const cpu of [20, 30, 70]) {
      machine.cpu = cpu;
      await clock.pass(20_000);
    }
    machine.cpu = 40;
    await clock.pass(secondsTo(10, 1));
    expect(sent('report').at(-1)!.metrics.cpu).toMatchObject({ min: 20, max: 70 });
  });

  test('a probe that fails costs only its own numbers', async () => {
    machine.broken = new Error('no such file');
    await watch.start();
    await clock.pass(secondsTo(5, 1));
    expect(sent('report').length).toBeGreaterThan(1);
    expect(sent('report').every(({ metrics }) => metrics.cpu === undefined)).toBe(true);
    const health = watch.health().find(({ name }) => name === 'cpu');
    expect(health).toMatchObject({ failing: true, lastError: 'no such file', samples: 0 });
    // It backs off instead of failing at every look.
    expect(health!.failures).toBeLessThan(6);
  });

  test('numbers that cannot be are left out and counted', async () => {
    machine.cpu = Number.NaN;
    await watch.start();
    await clock.pass(2_100);
    expect(sent('report')[0]!.metrics.cpu).toBeUndefined();
    expect(counts.get('metric_refused')).toBeGreaterThan(0);
  });

  test('facts that break the contract are left out by themselves', async () => {
    machine.security = { antivirus: [{ name: 'C:\\Users\\somebody', state: 'on', realtime: 'on' }] };
    await watch.start();
    await clock.pass(6_100);
    expect(sent('security')).toMatchObject([{ firewall: 'unknown' }]);
    expect(sent('security')[0]!.antivirus).toBeUndefined();
    expect(sent('inventory')).toHaveLength(1);
    expect(counts.get('part_refused')).toBe(1);
  });

  test('protection is told when it changes and every six hours, hardware every day', async () => {
    await watch.start();
    await clock.pass(secondsTo(30));
    machine.security = { antivirus: [{ name: 'ClamAV', state: 'off', realtime: 'off' }] };
    await clock.pass(secondsTo(37));
    expect(sent('security').map(({ antivirus }) => antivirus?.[0]?.state)).toEqual(['on', 'off']);
    await clock.pass(secondsTo(25 * 60));
    expect(sent('security')).toHaveLength(6);
    expect(sent('inventory')).toHaveLength(2);
  }, 120_000);
});

describe('what happens to machines', () => {
  test('sleep: the minutes in between are not on', async () => {
    await watch.start();
    await clock.pass(secondsTo(2, 30));
    clock.sleep(secondsTo(10, 30));
    await clock.pass(secondsTo(13));
    await watch.stop();
    expect(Array.from(day().keys()).toSorted((a, b) => a - b)).toEqual([0, 1, 10, 11, 12]);
    expect(slept).toBe(1);
  });

  test('the clock is set: an event, and no window mixes two clocks', async () => {
    await watch.start();
    await clock.pass(secondsTo(7, 30));
    const before = clock.now();
    clock.set(before - 3 * 365 * 86_400_000);
    await clock.pass(120_000);
    // The contract counts up to a million seconds.
    expect(happened()).toMatchObject([{ code: 'clock_changed', count: 1_000_000 }]);
    for (const { minute, span, at } of sent('report')) {
      expect(minute * MINUTE_MS).toBeLessThanOrEqual(at);
      expect(at - (minute + span) * MINUTE_MS).toBeLessThan(60_000);
    }
  });

  test('a crash: the minutes that were over are told by the next run, with the clocks of then', async () => {
    await watch.start();
    await clock.pass(secondsTo(8, 30));
    const bootThen = machine.boot.boot;
    await crash();
    machine.boot = { ...machine.boot, boot: '00000000000000bb', lastEnd: 'power' };
    await watch.start();
    expect(Array.from(day().keys()).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(sent('report').at(-1)).toMatchObject({ boot: bootThen, minute: M0 + 5, span: 3, session: 'unknown', metrics: {} });
    expect(watch.birth().end).toBe('power');
    expect(happened()).toMatchObject([{ code: 'unclean_shutdown', boot: '00000000000000bb' }]);
    expect(outbox.keptMinutes()).toEqual([]);
  });

  test.each([
    ['first', async () => undefined, {}],
    [
      'clean',
      async () => {
        await watch.start();
        await watch.stop();
        watch = make();
      },
      { boot: '00000000000000bb' },
    ],
    ['crash', async () => watch.start().then(crash), {}],
    ['crash', async () => watch.start().then(crash), { boot: '00000000000000bb', lastEnd: 'clean' }],
    ['unknown', async () => watch.start().then(crash), { boot: '00000000000000bb', lastEnd: 'unknown' }],
  ] as [string, () => Promise<void>, Partial<PlayedMachine['boot']>][])('the last run ended: %s', async (end, before, boot) => {
    await before();
    machine.boot = { ...machine.boot, ...boot };
    watch = make();
    await watch.start();
    expect(watch.birth().end).toBe(end);
  });

  test('a clean stop keeps the open window', async () => {
    await watch.start();
    await clock.pass(secondsTo(7, 40));
    await watch.stop();
    expect(Array.from(day().keys()).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(clock.timers).toBe(0);
  });
});

describe('minutes nobody watched', () => {
  const nextBoot = '00000000000000bb';
  /** The machine begins anew at this moment of the wall clock. */
  function reboot(more: Partial<PlayedMachine['boot']>): void {
    clock.restart();
    machine.boot = { ...machine.boot, boot: nextBoot, bootAt: clock.now(), ...more };
  }
  async function watchUntil(minute: number): Promise<void> {
    await watch.start();
    await clock.pass(secondsTo(minute, 5));
    outbox.acknowledge(outbox.stream, 0);
  }
  const lastGaps = async (before: number): Promise<number[][]> => {
    await watch.start();
    return unobserved().slice(before);
  };

  test('since the boot, before the first run of all', async () => {
    await watch.start();
    expect(unobserved()).toEqual([[-2, 0]]);
  });

  test('the agent was stopped, or died, in the same boot: all in between, whatever was done to the clock', async () => {
    await watchUntil(8);
    await crash();
    clock.sleep(3_600_000);
    expect(await lastGaps(1)).toEqual([[8, 68]]);
    await clock.pass(60_000);
    await watch.stop();
    watch = make();
    clock.sleep(600_000);
    clock.set(clock.now() + 86_400_000);
    // Both ends by the clock of now.
    expect(await lastGaps(2)).toEqual([[1509, 1519]]);
  });

  test('restarted at once: none', async () => {
    await watchUntil(8);
    await watch.stop();
    watch = make();
    expect(await lastGaps(1)).toEqual([]);
  });

  test('the power went: the machine was off until it booted, and unwatched only from then', async () => {
    await watchUntil(8);
    await crash();
    clock.sleep(3_600_000);
    reboot({ lastEnd: 'power' });
    clock.sleep(180_000);
    expect(await lastGaps(1)).toEqual([[68, 71]]);
  });

  test('stopped hours before the shutdown: unknown until then, off until the boot', async () => {
    await watchUntil(8);
    await watch.stop();
    watch = make();
    clock.sleep(2 * 3_600_000);
    const endedAt = clock.now();
    clock.sleep(10 * 3_600_000);
    reboot({ lastEnd: 'clean', endedAt });
    clock.sleep(120_000);
    expect(await lastGaps(1)).toEqual([
      [8, 128],
      [728, 730],
    ]);
  });

  test('stopped because the machine goes off: only since the boot', async () => {
    await watchUntil(8);
    await watch.stop(true);
    watch = make();
    clock.sleep(10 * 3_600_000);
    reboot({ lastEnd: 'unknown' });
    clock.sleep(60_000);
    expect(await lastGaps(1)).toEqual([[608, 609]]);
  });

  test.each(['unknown', 'power'] as const)('stopped, and nobody knows when the machine went off (%s): all until now', async (lastEnd) => {
    await watchUntil(8);
    await watch.stop();
    watch = make();
    clock.sleep(10 * 3_600_000);
    reboot({ lastEnd });
    clock.sleep(60_000);
    expect(await lastGaps(1)).toEqual([[8, 609]]);
  });

  test('reports that were dropped untold: told once, at the next birth', async () => {
    await outbox.stop();
    outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds: { maxMessages: 8, maxBytes: 1e8 }, log: silentLog });
    await outbox.start();
    watch = make();
    await watch.start();
    await clock.pass(secondsTo(120, 30));
    const [first] = sent('report');
    expect(first!.minute).toBeGreaterThan(M0 + 60);
    watch.tellLost();
    const [from, to] = unobserved().at(-1)!;
    expect(from).toBe(0);
    expect(M0 + to!).toBe(first!.minute);
    // Nothing was dropped since but what had to make room for that event.
    watch.tellLost();
    expect(unobserved().at(-1)).toEqual([to, sent('report')[0]!.minute - M0 - 5]);
  });
});
