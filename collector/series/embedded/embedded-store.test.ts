import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { lineOf, seriesStoreContract } from '../../ports/series-store.contract.ts';
import { EmbeddedStore } from './embedded-store.ts';

const DAY = 86_400_000;
const folders: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'labwatch-series-'));
  folders.push(path);
  return path;
}
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

seriesStoreContract('embedded', async () => {
  const path = mkdtempSync(join(tmpdir(), 'labwatch-series-'));
  const store = new EmbeddedStore({ path: join(path, 'series.db'), days: 400 });
  await store.start();
  return {
    store,
    breakDown: () => store.stop(),
    repair: () => store.start(),
    close: async () => {
      await store.stop();
      rmSync(path, { recursive: true });
    },
  };
});

describe('the file of the embedded store', () => {
  const device = 'd0123456789abcdefghijklmno';
  const all = { device, metric: 'disk', from: 0, to: Date.now() + DAY, stepMs: 60_000 };

  test('is private, in WAL mode and synced at every commit', async () => {
    const path = join(folder(), 'series.db');
    const store = new EmbeddedStore({ path, days: 400 });
    await store.start();
    await store.write([lineOf(device, 0, { disk: 1 })]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    await store.stop();
    // A backup brought it back with other rights.
    chmodSync(path, 0o644);
    await store.start();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await store.stop();
  });

  test('what another connection holds locked is tried later, and nothing of the batch is stored', async () => {
    const path = join(folder(), 'series.db');
    const store = new EmbeddedStore({ path, days: 400, busyMs: 50 });
    await store.start();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.write([lineOf(device, 0, { disk: 1 })])).rejects.toThrow(/locked/);
    other.exec('ROLLBACK');
    other.close();
    expect(await store.read(all)).toEqual([]);
    await store.write([lineOf(device, 0, { disk: 1 })]);
    expect((await store.read(all)).length).toBe(1);
    await store.stop();
  });

  test('points older than the retention are taken away, others are not; 0 keeps everything', async () => {
    const path = join(folder(), 'series.db');
    let now = Date.now();
    const store = new EmbeddedStore({ path, days: 10, clock: { now: () => now } });
    await store.start();
    await store.write([lineOf(device, 0, { disk: 1 }), lineOf(device, 2 * 1440, { disk: 2 })]);
    expect(store.sweep()).toBe(0);
    now += 10 * DAY;
    expect(store.sweep()).toBe(1);
    expect((await store.read({ ...all, to: now })).map((point) => point.mean)).toEqual([2]);
    await store.stop();
    const keeper = new EmbeddedStore({ path, days: 0, clock: { now: () => now + 9_999 * DAY } });
    await keeper.start();
    expect(keeper.sweep()).toBe(0);
    await keeper.stop();
  });

  test('a file that is something else is one clear error', async () => {
    const path = join(folder(), 'series.db');
    writeFileSync(path, 'this is no database, and it is long enough to be looked at'.repeat(20));
    await expect(new EmbeddedStore({ path, days: 400 }).start()).rejects.toMatchObject({ code: 'COLLECTOR_SERIES_FILE' });
    await expect(new EmbeddedStore({ path: '/nowhere/series.db', days: 400 }).start()).rejects.toMatchObject({
      code: 'COLLECTOR_SERIES_FILE',
    });
  });
});
