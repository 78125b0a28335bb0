import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Series } from '../../collector/http/schemas/device.ts';
import { addDevice, addSchool, startWithAdmin, type HttpKit } from '../../collector/http/test-kit/http-kit.ts';
import { EmbeddedStore } from '../../collector/series/embedded/embedded-store.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** 2026-11-21T00:00:00+07:00, the beginning of a step of any length up to an hour. */
const FROM = Date.UTC(2026, 10, 20, 17);
const MINUTE = 60_000;

let folder: string;
let store: EmbeddedStore;
let kit: HttpKit & { cookie: string };
let device: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-series-'));
  store = new EmbeddedStore({ path: join(folder, 'series.db'), days: 0 });
  await store.start();
  kit = await startWithAdmin({ series: store });
  const { room } = await addSchool(kit.ledger);
  device = await addDevice(kit.ledger, room, 'Máy 01');
  const lines = Array.from({ length: 12 }, (_, i) => {
    const at = FROM + i * 5 * MINUTE;
    return `report,device=${device},class=pc-student cpu_min=${i},cpu_mean=${i + 1},cpu_max=${i + 2},disk=${50 + i} ${at}`;
  });
  await store.write([...lines, `report,device=${'z'.repeat(26)},class=tv cpu_min=9,cpu_mean=9,cpu_max=9 ${FROM}`]);
});
afterAll(async () => {
  await kit.stop();
  await store.stop();
  rmSync(folder, { recursive: true });
});

describe('a series over HTTP', () => {
  it.each([
    ['cpu', 300],
    ['cpu', 900],
    ['disk', 3600],
  ] as const)('of %s in steps of %i s is what the store holds', async (field, step) => {
    const to = FROM + 60 * MINUTE;
    const answer = await kit.fetch(`/api/v1/devices/${device}/series?field=${field}&from=${FROM}&to=${to}&step=${step}`, {
      cookie: kit.cookie,
    });
    const series = (await answer.json()) as Series;
    expect(series.points).toEqual(await store.read({ device, metric: field, from: FROM, to, stepMs: step * 1000 }));
    expect(series.points).toHaveLength(3600 / step);
    expect(series.from).toBe('2026-11-21T00:00:00+07:00');
  });

  it('has the least, the mean and the greatest of each step', async () => {
    const query = `field=cpu&from=${FROM}&to=${FROM + 60 * MINUTE}&step=900`;
    const series = (await (await kit.fetch(`/api/v1/devices/${device}/series?${query}`, { cookie: kit.cookie })).json()) as Series;
    expect(series.points[0]).toEqual({ at: FROM, min: 0, mean: 2, max: 4 });
    expect(series.points.at(-1)).toEqual({ at: FROM + 45 * MINUTE, min: 9, mean: 11, max: 13 });
  });
});
