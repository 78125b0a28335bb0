import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device, UnitPlace } from '../../ledger/index.ts';
import { METRIC_NAMES, METRICS, type MetricName } from '../../protocol/catalogue.ts';
import type { Metrics } from '../../protocol/payloads/report.ts';
import { metricFields, reportLine } from '../model/line.ts';
import { identityOf, parseLine } from '../model/parse-line.ts';
import { RetryLater, type SeriesPoint, type SeriesQuery, type SeriesStore } from './series-store.ts';

/** A store with its server, made by the adapter's own test. */
export interface StoreHarness {
  readonly store: SeriesStore;
  /** Makes the store unable to answer: the server is killed, the file is closed. */
  breakDown(): Promise<void>;
  repair(): Promise<void>;
  close(): Promise<void>;
}

const MINUTE = 60_000;
/** Some whole hour of the recent past: no store may think it too old. */
const START = Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000;

/** Mulberry32: the same numbers every time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const idOf = (n: number): string => `d${String(n).padStart(25, '0')}`;
const deviceOf = (id: string): Device => ({
  id,
  class: 'pc-student',
  name: 'Máy 07',
  unit: 'u',
  enrolledAt: 0,
  revokedAt: null,
  fingerprint: { macs: [], disks: [] },
  clonedFrom: null,
});
function placeOf(room: string): UnitPlace {
  const path = [
    { id: '1', code: 'THPT, A=1', kind: 'school', name: 'A' },
    { id: '2', code: room, kind: 'room', name: 'P' },
  ] as const;
  return { ...path[1], parent: '1', zone: null, path, effectiveZone: 'Asia/Ho_Chi_Minh' };
}

function someMetrics(random: () => number): Metrics {
  const metrics: Record<string, unknown> = {};
  for (const name of METRIC_NAMES) {
    // Every third is missing: unknown is no value.
    if (random() < 0.33) continue;
    const { minimum, maximum, shape } = METRICS[name];
    const values = Array.from({ length: 3 }, () => minimum + random() * (maximum - minimum)).toSorted((a, b) => a - b);
    metrics[name] = shape === 'range' ? { min: values[0], mean: values[1], max: values[2] } : values[1];
  }
  return metrics;
}

/** A report of a device, minutes after the start of the test's time. */
export function lineOf(device: string, minutes: number, metrics: Metrics, room = 'P.201'): string {
  const window = { minute: START / MINUTE + minutes - 5, span: 5, on: '11111', active: '00100', blind: '00000' };
  return reportLine(deviceOf(device), placeOf(room), metrics, window, 1_000);
}

/** What a store should answer, from the lines alone: last write of a series, time and field wins; then plain arithmetic. */
export function oracle(lines: readonly string[], query: SeriesQuery): SeriesPoint[] {
  const kept = new Map<string, { at: number; value: number; field: string }>();
  for (const line of lines) {
    const { measurement, tags, fields, at } = parseLine(line);
    if (tags.get('device') !== query.device || at < query.from || at >= query.to) continue;
    for (const [field, { value }] of fields) {
      if (typeof value === 'number') kept.set(JSON.stringify([identityOf({ measurement, tags }), at, field]), { at, value, field });
    }
  }
  const names = metricFields(query.metric as MetricName);
  const steps = new Map<number, { min: number[]; mean: number[]; max: number[] }>();
  for (const { at, value, field } of kept.values()) {
    const start = Math.floor(at / query.stepMs) * query.stepMs;
    const step = steps.get(start) ?? { min: [], mean: [], max: [] };
    steps.set(start, step);
    for (const part of ['min', 'mean', 'max'] as const) if (names[part] === field) step[part].push(value);
  }
  return [...steps]
    .filter(([, step]) => step.mean.length > 0)
    .toSorted(([a], [b]) => a - b)
    .map(([at, { min, mean, max }]) => ({
      at,
      min: Math.min(...min),
      mean: mean.reduce((a, b) => a + b, 0) / mean.length,
      max: Math.max(...max),
    }));
}

/** Sums of floats in another order differ in the last digits. */
export function close(points: readonly SeriesPoint[]): object[] {
  return points.map(({ at, min, mean, max }) => ({ at, min, mean: Number(mean.toPrecision(10)), max }));
}

const everything = (device: string, metric: MetricName, stepMs: number): SeriesQuery => ({
  device,
  metric,
  from: START - 3_600_000,
  to: START + 48 * 3_600_000,
  stepMs,
});

/** What every time-series store must do; run on each adapter for real. */
export function seriesStoreContract(name: string, open: () => Promise<StoreHarness>): void {
  describe(`series store: ${name}`, () => {
    let harness: StoreHarness;
    let store: SeriesStore;
    let devices = 0;
    const newDevice = (): string => idOf(++devices);
    beforeAll(async () => {
      harness = await open();
      ({ store } = harness);
    });
    afterAll(() => harness.close());

    test('reads equal plain arithmetic over what was written, for every metric and many steps', async () => {
      const random = randomFrom(7);
      const [mine, other] = [newDevice(), newDevice()];
      const lines = Array.from({ length: 300 }, (_, i) =>
        lineOf(random() < 0.8 ? mine : other, i * 5, someMetrics(random), i < 150 ? 'P.201' : 'P 202'),
      );
      for (let i = 0; i < lines.length; i += 70) expect((await store.write(lines.slice(i, i + 70))).rejected).toEqual([]);
      for (const metric of METRIC_NAMES) {
        for (const stepMs of [5 * MINUTE, 7 * MINUTE, 60 * MINUTE, 1440 * MINUTE]) {
          const query = everything(mine, metric, stepMs);
          expect(close(await store.read(query)), `${metric} by ${stepMs} ms`).toEqual(close(oracle(lines, query)));
        }
      }
      const part = { ...everything(mine, 'cpu', 15 * MINUTE), from: START + 7 * MINUTE, to: START + 100 * MINUTE };
      const expected = close(oracle(lines, part));
      expect(expected.length).toBeGreaterThan(3);
      expect(close(await store.read(part))).toEqual(expected);
    });

    test('the bounds of a read: from is in, to is not', async () => {
      const device = newDevice();
      await store.write([lineOf(device, 60, { disk: 1 }), lineOf(device, 65, { disk: 2 }), lineOf(device, 70, { disk: 3 })]);
      const query = { ...everything(device, 'disk', MINUTE), from: START + 60 * MINUTE, to: START + 70 * MINUTE };
      expect((await store.read(query)).map((point) => point.mean)).toEqual([1, 2]);
    });

    test('the same lines again, in any order, change nothing; a new value for the same time replaces the old one', async () => {
      const random = randomFrom(8);
      const device = newDevice();
      const lines = Array.from({ length: 60 }, (_, i) => lineOf(device, i * 5, someMetrics(random)));
      const query = everything(device, 'temperature', 15 * MINUTE);
      await store.write(lines);
      const once = await store.read(query);
      for (const again of [lines, lines.toReversed(), lines.slice(20, 40), [lines[3]!, lines[3]!]]) await store.write(again);
      expect(await store.read(query)).toEqual(once);
      const changed = lineOf(device, 0, { temperature: { min: 1, mean: 2, max: 3 } });
      await store.write([changed]);
      expect(close(await store.read(query))).toEqual(close(oracle([...lines, changed], query)));
    });

    test('a bad line is rejected by its index with a reason; its neighbours are stored', async () => {
      const device = newDevice();
      const good = Array.from({ length: 40 }, (_, i) => lineOf(device, i * 5, { disk: i }));
      const bad = new Map([
        [0, 'report'],
        [7, 'report,device=x 1740000000000'],
        [8, 'report,device=x disk=abc 1740000000000'],
        [21, `report,device=${device} disk=1 yesterday`],
        [39, 'report,device= disk=1 1740000000000'],
      ]);
      const lines = good.map((line, i) => bad.get(i) ?? line);
      const { rejected } = await store.write(lines);
      expect(rejected.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([...bad.keys()]);
      expect(rejected.every(({ reason }) => reason.length > 5)).toBe(true);
      const kept = await store.read(everything(device, 'disk', MINUTE));
      expect(kept.map((point) => point.mean)).toEqual(good.map((_, i) => i).filter((i) => !bad.has(i)));
    });

    test('a field of another type than before is rejected, without its neighbours and without harm to what is there', async () => {
      const device = newDevice();
      await store.write([lineOf(device, 0, { disk: 1 })]);
      const odd = lineOf(device, 5, { disk: 2 }).replace('disk=2', 'disk="two"');
      const integer = lineOf(device, 10, { disk: 3 }).replace('disk=3', 'disk=3i');
      const { rejected } = await store.write([lineOf(device, 15, { disk: 4 }), odd, integer, lineOf(device, 20, { disk: 5 })]);
      expect(rejected.map(({ index }) => index)).toEqual([1, 2]);
      for (const { reason } of rejected) expect(reason).toMatch(/type conflict/);
      expect((await store.read(everything(device, 'disk', MINUTE))).map((point) => point.mean)).toEqual([1, 4, 5]);
    });

    test('a batch of nothing, and a batch of nothing good', async () => {
      expect((await store.write([])).rejected).toEqual([]);
      expect((await store.write(['x', 'y'])).rejected.map(({ index }) => index)).toEqual([0, 1]);
    });

    test('nothing known is an empty list', async () => {
      expect(await store.read(everything(newDevice(), 'cpu', MINUTE))).toEqual([]);
      expect(await store.read({ ...everything(idOf(1), 'cpu', MINUTE), metric: '"; DROP DATABASE labwatch' })).toEqual([]);
      expect(await store.read({ ...everything(idOf(1), 'cpu', MINUTE), device: "x' OR 'a'='a" })).toEqual([]);
    });

    test('a store that is away says so and keeps nothing half; when it is back everything is there and goes on', async () => {
      const device = newDevice();
      const query = everything(device, 'disk', MINUTE);
      await store.write([lineOf(device, 0, { disk: 1 })]);
      await harness.breakDown();
      await expect(store.write([lineOf(device, 5, { disk: 2 })])).rejects.toThrow(RetryLater);
      await expect(store.read(query)).rejects.toThrow(RetryLater);
      expect((await store.health()).ready).toBe(false);
      await harness.repair();
      expect((await store.write([lineOf(device, 5, { disk: 2 })])).rejected).toEqual([]);
      expect((await store.read(query)).map((point) => point.mean)).toEqual([1, 2]);
      expect((await store.health()).ready).toBe(true);
    });
  });
}
