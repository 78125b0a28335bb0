import { InfluxDB } from 'influx';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { popcount } from '../../collector/model/bitmaps.ts';
import type { Influxd } from '../tools/influxd.ts';
import { until } from '../tools/programs.ts';
import { startInflux } from './collector-influx.ts';
import { Mosquitto } from './collector-mosquitto.ts';
import { drained, type RunningCollector, Sender, startCollector } from './collector-rig.ts';
import { openSchool, type School } from './collector-school.ts';

/** How many times influxd is killed in mid-traffic; 20 for the long run. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 3);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of closing.splice(0).toReversed()) await end();
});

async function stage(devices: number, options: Parameters<typeof openSchool>[1] = {}): Promise<{ school: School; broker: Mosquitto }> {
  const school = await openSchool(devices, options);
  closing.push(school.close);
  const broker = await Mosquitto.create();
  await broker.start();
  closing.push(() => broker.close());
  return { school, broker };
}

async function run(school: School, broker: Mosquitto, flags: readonly string[]): Promise<RunningCollector> {
  const running = await startCollector(school, broker, flags);
  closing.push(running.stop);
  return running;
}

async function sendersOf(school: School, broker: Mosquitto): Promise<Sender[]> {
  const senders = await Promise.all(school.devices.map((device) => Sender.start(broker, device)));
  closing.push(async () => {
    for (const sender of senders) await sender.stop();
  });
  return senders;
}

async function influxd(): Promise<Influxd> {
  const started = await startInflux();
  closing.push(started.close);
  return started.influxd;
}

interface Row {
  readonly on_minutes: number;
  readonly active_minutes: number;
  readonly cpu_mean: number;
  readonly disk: number;
  readonly time: { getTime(): number };
}

/** Compares InfluxDB, read by a client that is not ours, with what was sent and with the ledger. */
async function expectSame(school: School, influx: Influxd, senders: readonly Sender[]): Promise<void> {
  const { hostname: host, port } = new URL(influx.url);
  const client = new InfluxDB({ host, port: Number(port), database: 'labwatch' });
  for (const { outbox, made } of senders) {
    const rows = await client.query<Row>(`SELECT * FROM report WHERE device = '${outbox.device}' ORDER BY time`);
    const stored = rows.map((row) => ({
      at: row.time.getTime(),
      cpu: row.cpu_mean,
      disk: row.disk,
      on: row.on_minutes,
      active: row.active_minutes,
    }));
    const sent = [...made.values()]
      .toSorted((a, b) => a.minute - b.minute)
      .map((report) => ({
        at: (report.minute + 1) * 60_000,
        cpu: report.metrics.cpu!.mean,
        disk: report.metrics.disk!,
        on: Number(report.on),
        active: Number(report.active),
      }));
    expect(stored).toEqual(sent);
    const days = await school.ledger.usage.days(outbox.device, '2020-01-01', '2100-01-01');
    const sum = (which: 'on' | 'active'): number => days.reduce((minutes, day) => minutes + popcount(day[which]), 0);
    expect({ on: sum('on'), active: sum('active') }).toEqual({
      on: made.size,
      active: sent.filter((report) => report.active === 1).length,
    });
  }
}

const metric = (running: RunningCollector, line: RegExp): number => Number(line.exec(running.metrics.text())?.[1] ?? Number.NaN);

describe('from a device to InfluxDB', () => {
  test(
    `influxd is killed ${ROUNDS} times in mid-traffic: what is in InfluxDB equals the ledger and what was sent`,
    async () => {
      const { school, broker } = await stage(4);
      const influx = await influxd();
      await run(school, broker, ['--influx-url', influx.url]);
      const senders = await sendersOf(school, broker);
      let n = 0;
      const traffic = setInterval(() => {
        for (const sender of senders) sender.report(n++ % 101);
      }, 10);
      try {
        for (let round = 0; round < ROUNDS; round++) {
          const stored = (await school.ledger.spool.size()).rows;
          await until('more reports', () => senders.every((sender) => sender.made.size > 30 * (round + 1)));
          await influx.stop('SIGKILL');
          await until('lines that wait', async () => (await school.ledger.spool.size()).rows > stored);
          await influx.start();
        }
      } finally {
        clearInterval(traffic);
      }
      for (const sender of senders) await sender.allAcknowledged();
      await drained(school);
      await expectSame(school, influx, senders);
      expect(await school.ledger.spool.counts()).toEqual({ dead: 0, parked: 0 });
    },
    120_000 + ROUNDS * 30_000,
  );

  test('an InfluxDB that is not there at the start is one line in /readyz; nothing is lost when it comes', async () => {
    const { school, broker } = await stage(1);
    const influx = await influxd();
    await influx.stop();
    const running = await run(school, broker, ['--influx-url', influx.url]);
    await until('a reason', async () => /does not answer/.test((await running.ready()).text));
    const [sender] = (await sendersOf(school, broker)) as [Sender];
    for (let i = 0; i < 20; i++) sender.report(i);
    await sender.allAcknowledged();
    await until('a reason', async () => /InfluxDB at .* does not answer \(ECONNREFUSED\)/.test((await running.ready()).text));
    expect((await running.ready()).status).toBe(503);
    await influx.start();
    await drained(school);
    await expectSame(school, influx, [sender]);
    await until('a collector that is ready', async () => (await running.ready()).status === 200);
  });

  test('a poison line goes to the dead letters with the reason of the server and holds up nobody', async () => {
    const { school, broker } = await stage(1);
    const influx = await influxd();
    const running = await run(school, broker, ['--influx-url', influx.url]);
    const [sender] = (await sendersOf(school, broker)) as [Sender];
    sender.report(1);
    await sender.allAcknowledged();
    await drained(school);
    const { device } = sender.outbox;
    // In the shard of the first report: InfluxDB keeps the types of fields by shard.
    const at = (sender.made.get(1)!.minute + 1) * 60_000;
    const poison = [
      'this is no line protocol',
      `report,device=${device} disk="forty" ${at}`,
      `report,device=${device} cpu_mean=1 notatime`,
    ];
    await school.ledger.intake.batch((tx) => tx.spool(poison));
    for (let i = 0; i < 30; i++) sender.report(i);
    await sender.allAcknowledged();
    await drained(school);
    const dead = await school.ledger.spool.deadLetters(10);
    expect(dead.map(({ line }) => line).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(poison.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const { reason } of dead) expect(reason).toMatch(/parse|conflict|invalid/);
    await expectSame(school, influx, [sender]);
    await until('the dead letters in the metrics', () => metric(running, /^labwatch_spool_dead_letters (\d+)$/m) === 3);
    expect(metric(running, /^labwatch_series_lines_total\{outcome="rejected"\} (\d+)$/m)).toBe(3);
  });

  test('past the bound of the spool nothing is taken or acknowledged, /readyz says so, and it recovers by itself', async () => {
    const { school, broker } = await stage(2);
    const influx = await influxd();
    await influx.stop();
    const running = await run(school, broker, ['--influx-url', influx.url, '--spool-max-rows', '50']);
    const senders = await sendersOf(school, broker);
    const say = (): void => {
      for (const sender of senders) sender.report(5);
    };
    await until('a full spool', async () => {
      say();
      return /the spool holds \d+ lines, the bound is 50/.test((await running.ready()).text);
    });
    expect((await running.ready()).status).toBe(503);
    const held = senders.map((sender) => sender.acknowledged);
    for (let i = 0; i < 10; i++) say();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(senders.map((sender) => sender.acknowledged)).toEqual(held);
    expect(senders.every((sender) => sender.waiting > 0)).toBe(true);
    expect(metric(running, /^labwatch_spool_full (\d)$/m)).toBe(1);
    expect(metric(running, /^labwatch_intake_batches_held_total\{why="spool"\} (\d+)$/m)).toBeGreaterThan(0);
    await influx.start();
    for (const sender of senders) await sender.allAcknowledged();
    await drained(school);
    await expectSame(school, influx, senders);
    await until('a collector that is ready', async () => (await running.ready()).status === 200);
    expect(metric(running, /^labwatch_spool_full (\d)$/m)).toBe(0);
  });

  test('a ledger that another program holds: nothing is acknowledged, /readyz says why, everything is stored afterwards', async () => {
    const { school, broker } = await stage(1, { busyMs: 200 });
    const running = await run(school, broker, []);
    const [sender] = (await sendersOf(school, broker)) as [Sender];
    sender.report(1);
    await sender.allAcknowledged();
    const other = new DatabaseSync(join(school.home, 'ledger.db'));
    other.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 10; i++) sender.report(i);
    await until('a reason', async () => /the ledger does not take reports: .*held by another program/.test((await running.ready()).text));
    expect(sender.waiting).toBe(10);
    other.exec('ROLLBACK');
    other.close();
    await sender.allAcknowledged();
    expect(metric(running, /^labwatch_intake_batches_held_total\{why="ledger"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(metric(running, /^labwatch_intake_messages_total\{kind="report",outcome="stored",reason=""\} (\d+)$/m)).toBe(11);
    await until('a collector that is ready', async () => (await running.ready()).status === 200);
  });

  test('a full disk: what was acknowledged is there, what was not stays with the device', async () => {
    const { school, broker } = await stage(1, { maxPages: 120 });
    const running = await run(school, broker, ['--influx-url', 'http://127.0.0.1:1']);
    const [sender] = (await sendersOf(school, broker)) as [Sender];
    await until('a full disk', async () => {
      for (let i = 0; i < 100; i++) sender.report(i % 101);
      return /the ledger does not take reports: .*disk is full/.test((await running.ready()).text);
    });
    expect(sender.waiting).toBeGreaterThan(0);
    const kept = await school.ledger.spool.size();
    expect(kept.rows).toBeGreaterThanOrEqual(sender.acknowledged);
    const minutes = (await school.ledger.usage.days(sender.outbox.device, '2020-01-01', '2100-01-01')).reduce(
      (sum, day) => sum + popcount(day.on),
      0,
    );
    expect(minutes).toBe(kept.rows);
    await running.stop();
    await running.stop();
  });
});
