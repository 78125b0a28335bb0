import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../tools/programs.ts';
import { Stage } from './stage.ts';

/** `make fault` runs twenty; `make test` a few of the same. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 4);
const DEVICES = 3;
const RATE = 50;
const TIME = 120_000 + ROUNDS * 30_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.create(DEVICES);
}, TIME);
afterAll(async () => {
  await stage?.stop();
});

async function settled(): Promise<string[]> {
  for (const sender of stage.senders) await sender.drain();
  await stage.drained();
  return stage.verify();
}

test(
  `kill -9 of the collector, ${ROUNDS} times in mid-traffic: every kept report is in the ledger and in InfluxDB, once in effect`,
  async () => {
    for (const sender of stage.senders) sender.start(RATE);
    for (let round = 0; round < ROUNDS; round++) {
      await stage.traffic(20);
      await sleep(Math.random() * 300);
      await stage.killCollector();
      await sleep(Math.random() * 300);
      await stage.startCollector();
    }
    expect(await settled()).toEqual([]);
  },
  TIME,
);

test(
  `kill -9 of the agent, ${ROUNDS} times in mid-traffic: what it kept arrives after it is back`,
  async () => {
    for (const sender of stage.senders) sender.start(RATE);
    for (let round = 0; round < ROUNDS; round++) {
      await stage.traffic(20);
      await sleep(Math.random() * 300);
      for (const sender of stage.senders) await sender.kill();
      for (const sender of stage.senders) sender.start(RATE);
    }
    expect(await settled()).toEqual([]);
  },
  TIME,
);

test(
  `kill -9 of influxd, ${ROUNDS} times in mid-traffic: the spool waits for it`,
  async () => {
    for (const sender of stage.senders) sender.start(RATE);
    for (let round = 0; round < ROUNDS; round++) {
      await stage.traffic(20);
      await sleep(Math.random() * 300);
      await stage.influxd.stop('SIGKILL');
      await stage.traffic(5);
      await stage.influxd.start();
    }
    expect(await settled()).toEqual([]);
  },
  TIME,
);

test(
  `kill -9 of the whole agent program, ${ROUNDS} times: every minute it ran is there, no other, and each end is told as a crash`,
  async () => {
    const agent = await stage.agent();
    const firstMinute = Math.floor(Date.now() / 60_000);
    for (let round = 0; round < ROUNDS; round++) {
      await agent.start();
      await until(`report ${round + 1} of the agent`, async () => (await agent.reports()) > round);
      await sleep(Math.random() * 2_000);
      await agent.kill();
    }
    const lastMinute = Math.floor(Date.now() / 60_000);
    await agent.start();
    await until('the last report', async () => (await agent.reports()) > ROUNDS);
    expect(await agent.lastEnd()).toBe('crash');
    await agent.stop();
    const minutes = await agent.minutesOn();
    const expected = Array.from({ length: lastMinute - firstMinute + 1 }, (_, i) => firstMinute + i);
    expect(minutes).toEqual(expect.arrayContaining(expected));
    expect(minutes[0]).toBe(firstMinute);
    expect(minutes.at(-1)).toBeLessThanOrEqual(Math.floor(Date.now() / 60_000));
  },
  TIME + ROUNDS * 10_000,
);

test('the checks can fail: a minute of another truth is noticed', async () => {
  const [sender] = stage.senders;
  const honest = sender!.seed;
  Object.defineProperty(sender!, 'seed', { value: honest + 1, configurable: true });
  expect(await stage.verify()).not.toEqual([]);
  Object.defineProperty(sender!, 'seed', { value: honest, configurable: true });
});
