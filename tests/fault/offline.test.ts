import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Counts } from '../../agent/core/counts.ts';
import { COMPRESSION } from '../../agent/core/link/compression.ts';
import { Link } from '../../agent/core/link/link.ts';
import { type Bounds, Outbox } from '../../agent/core/outbox/outbox.ts';
import { Watch } from '../../agent/core/watch.ts';
import { agentSettings } from '../../agent/settings.ts';
import { PlayedMachine } from '../../agent/test-kit/machine.ts';
import { ManualClock } from '../../agent/test-kit/manual-clock.ts';
import { type Collector, collectorSettings, createCollector } from '../../collector/main.ts';
import type { Birth } from '../../protocol/payloads/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { BrokerHarness } from '../integration/broker-harness.ts';
import { until } from '../tools/programs.ts';

/** `make fault` plays thirty days, `make test` a few of the same. */
const DAYS = process.env['FAULT_ROUNDS'] === undefined ? 3 : 30;
const HOURS = process.env['FAULT_ROUNDS'] === undefined ? 3 : 9;
const RATE = 20;
const MINUTE = 60_000;
const DAY_MINUTES = 1440;
/** Asia/Ho_Chi_Minh has been UTC+7 without summer time since 1975. */
const ZONE_MINUTES = 7 * 60;

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Truth {
  readonly on: Set<number>;
  readonly active: Set<number>;
  readonly blind: Set<number>;
}

/** A machine that is switched on in the morning and off in the evening, and never has a line. Its clock ends in the present. */
class OfflineMachine {
  readonly outbox: Outbox;
  readonly truth: Truth = { on: new Set(), active: new Set(), blind: new Set() };
  readonly clock: ManualClock;
  readonly machine: PlayedMachine;
  watch: Watch | undefined;

  constructor(folder: string, bounds: Bounds) {
    this.outbox = new Outbox({ path: join(folder, 'outbox.db'), bounds, log: silentLog });
    const end = Math.floor(Date.now() / MINUTE) * MINUTE;
    this.clock = new ManualClock(end - ((DAYS - 1) * DAY_MINUTES + HOURS * 60) * MINUTE, 0);
    this.machine = new PlayedMachine(this.clock);
  }

  async live(): Promise<void> {
    await this.outbox.start();
    for (let day = 0; day < DAYS; day++) {
      await this.#boot(day);
      for (let minute = 0; minute < HOURS * 60; minute++) await this.#minute(day, minute);
      // After the last one the line comes back.
      await this.watch!.stop(day < DAYS - 1);
      if (day === DAYS - 1) return;
      await this.clock.pass((24 - HOURS) * 60 * MINUTE);
    }
  }

  async #boot(day: number): Promise<void> {
    // Playing a month takes a while; the last evening is now.
    if (day === DAYS - 1) this.clock.set((Math.floor(Date.now() / MINUTE) - HOURS * 60) * MINUTE);
    this.clock.restart();
    const boot = day.toString(16).padStart(16, '0');
    this.machine.boot = { boot, bootAt: this.clock.now(), lastEnd: 'clean' };
    const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
    this.watch = new Watch({
      settings: { ...values, home: '/nowhere', sampleSeconds: 30 },
      outbox: this.outbox,
      log: silentLog,
      counts: new Counts(),
      clock: this.clock,
      platform: this.machine.platform,
      probes: this.machine.probes,
      random: () => 0,
      ownProcess: false,
      onStored: () => undefined,
      onSlept: () => undefined,
      onMinute: () => undefined,
    });
    await this.watch.start();
  }

  /** Lessons of 45 minutes with pauses; in some nobody can tell whether somebody is there. */
  async #minute(day: number, minute: number): Promise<void> {
    const now = Math.floor(this.clock.now() / MINUTE);
    const lesson = Math.floor(minute / 45);
    const kind = (lesson + day) % 3;
    this.machine.touchedAt = kind === 2 ? null : this.machine.touchedAt === null ? 0 : this.machine.touchedAt;
    await this.clock.pass(MINUTE / 2);
    if (kind === 0 && minute % 7 < 5) {
      this.machine.touch();
      this.truth.active.add(now);
    }
    await this.clock.pass(MINUTE / 2);
    this.truth.on.add(now);
    if (kind === 2) this.truth.blind.add(now);
  }
}

async function minutesOf(ledger: BrokerHarness['ledger'], device: string): Promise<Truth & { readonly unseen: Set<number> }> {
  const found = { on: new Set<number>(), active: new Set<number>(), blind: new Set<number>(), unseen: new Set<number>() };
  for (const row of await ledger.usage.days(device, '2020-01-01', '2099-01-01')) {
    const first = Date.parse(`${row.day}T00:00:00Z`) / MINUTE - ZONE_MINUTES;
    for (const kind of ['on', 'active', 'blind', 'unseen'] as const) {
      const bits = row[kind];
      if (bits === undefined) continue;
      for (let i = 0; i < DAY_MINUTES; i++) if ((bits[i >> 3]! & (0x80 >> (i & 7))) !== 0) found[kind].add(first + i);
    }
  }
  return found;
}

/** Broker, collector and ledger, and the line of the machine: everything is delivered when it returns. */
async function deliver(
  offline: OfflineMachine,
): Promise<{ harness: BrokerHarness; device: string; sent: number; seconds: number; births: Birth[] }> {
  let collector: Collector | undefined;
  const births: Birth[] = [];
  const harness = await BrokerHarness.start();
  cleanUps.push(() => harness.stop());
  const { values } = loadSettings(collectorSettings, { argv: ['--home', harness.home, '--http-port', '0'], env: {}, sections: [] });
  collector = createCollector({
    settings: values,
    ledger: harness.ledger,
    log: silentLog,
    metrics: harness.metrics,
    broker: harness.broker.embedded,
  });
  await collector.start();
  cleanUps.push(() => collector.stop());
  const { id, secret } = await harness.device();
  const began = performance.now();
  const { outbox, clock, watch } = offline;
  // The machine's clocks go on where they stood.
  const passed = (): number => performance.now() - began;
  const running = {
    now: () => Math.round(clock.now() + passed()),
    mono: () => Math.round(clock.mono() + passed()),
    after: (ms: number, run: () => void) => {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  let asked = 0;
  const link = new Link({
    credentials: { device: id, secret, broker: { url: `mqtt://127.0.0.1:${harness.broker.addresses().mqtt}` } },
    outbox,
    clock: running,
    // The first is how long the replay waits; no need to wait here.
    random: () => ((asked += 1) === 1 ? 0 : Math.random()),
    log: silentLog,
    counts: new Counts(),
    boot: watch!.stamp().boot,
    compression: COMPRESSION,
    replayRate: RATE,
    ackTimeoutMs: 30_000,
    holeBirthEveryMs: 100,
    birth: () => {
      watch!.tellLost();
      return outbox.append(
        'birth',
        (facts) => {
          const birth = { ...watch!.birth(), config: 0, ...facts };
          births.push(birth as Birth);
          return birth;
        },
        watch!.stamp(),
      );
    },
    onConfig: () => undefined,
    onCommand: () => undefined,
    onRefused: async () => undefined,
  });
  await link.start();
  cleanUps.push(() => link.stop());
  await until('everything to be acknowledged', () => outbox.size === 0, 600_000);
  const seconds = passed() / 1000;
  const sent = harness.metric('labwatch_broker_publish_received_total');
  return { harness, device: id, sent, seconds, births };
}

function machine(bounds: Bounds): OfflineMachine {
  const folder = mkdtempSync(join(tmpdir(), 'labwatch-offline-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const offline = new OfflineMachine(folder, bounds);
  cleanUps.push(async () => {
    await offline.watch?.stop();
    await offline.outbox.stop();
  });
  return offline;
}

test(`${DAYS} days without a line under a bound of 64 MB, then back: every minute as it was, at the rate that was set`, async () => {
  const offline = machine({ maxMessages: 30 * DAY_MINUTES, maxBytes: 64 * 1024 * 1024 });
  await offline.live();
  const waiting = offline.outbox.size;
  const { harness, device, sent, seconds, births } = await deliver(offline);
  const found = await minutesOf(harness.ledger, device);
  for (const kind of ['on', 'active', 'blind'] as const) {
    const missing = Array.from(offline.truth[kind]).filter((minute) => !found[kind].has(minute));
    expect({ kind, missing }).toEqual({ kind, missing: [] });
  }
  // The minute that has only begun may have been told of already.
  expect(found.on.size - offline.truth.on.size).toBeLessThanOrEqual(1);
  expect(found.active.size).toBe(offline.truth.active.size);
  expect(births).toMatchObject([{ dropped: 0 }]);
  expect(offline.outbox.dropped).toBe(0);
  // Put together: far fewer messages than were waiting, and paced.
  expect(sent).toBeLessThan(waiting / 2);
  expect(sent / seconds).toBeLessThan(RATE * 1.5);
  process.stderr.write(`offline ${DAYS} days: ${waiting} waiting, ${sent} sent in ${seconds.toFixed(1)} s\n`);
}, 3_600_000);

test('a bound that is too small: what is dropped is counted, told in the birth, and shown as unknown, never as off', async () => {
  const offline = machine({ maxMessages: 40, maxBytes: 64 * 1024 * 1024 });
  await offline.live();
  expect(offline.outbox.dropped).toBeGreaterThan(0);
  const { harness, device, births } = await deliver(offline);
  expect(births.at(-1)!.dropped).toBe(offline.outbox.dropped);
  expect(births.at(-1)!.oldest).toBeGreaterThan(1);
  const found = await minutesOf(harness.ledger, device);
  const lost = Array.from(offline.truth.on).filter((minute) => !found.on.has(minute));
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.filter((minute) => !found.unseen.has(minute))).toEqual([]);
  const invented = Array.from(found.active).filter((minute) => !offline.truth.active.has(minute));
  expect(invented).toEqual([]);
}, 3_600_000);
