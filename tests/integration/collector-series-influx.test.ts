import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { lineOf, seriesStoreContract } from '../../collector/ports/series-store.contract.ts';
import { RetryLater } from '../../collector/ports/series-store.ts';
import type { InfluxAddress } from '../../collector/series/influx/connection.ts';
import { InfluxStore } from '../../collector/series/influx/influx-store.ts';
import { silentLog } from '../../runtime/log.ts';
import { freePort } from '../tools/programs.ts';
import { startInflux } from './collector-influx.ts';

const device = 'd0123456789abcdefghijklmno';
const storeAt = (url: string, more: Partial<InfluxAddress> = {}): InfluxStore =>
  new InfluxStore({ address: { url, database: 'labwatch', login: {}, ...more }, log: silentLog });

seriesStoreContract('InfluxDB 1.6.7', async () => {
  const { influxd, close } = await startInflux();
  const store = storeAt(influxd.url);
  await store.start();
  return {
    store,
    breakDown: () => influxd.stop('SIGKILL'),
    repair: () => influxd.start(),
    close: async () => {
      await store.stop();
      await close();
    },
  };
});

describe('what InfluxDB answers', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  });

  async function influx(options: Parameters<typeof startInflux>[0] = {}): ReturnType<typeof startInflux> {
    const started = await startInflux(options);
    closing.push(started.close);
    return started;
  }

  /** Something that is not InfluxDB, saying what it is told. */
  async function stranger(status: number, body: string, headers: Record<string, string> = {}): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => void server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  test('makes the database when it is missing', async () => {
    const { influxd } = await influx();
    const store = storeAt(influxd.url, { database: 'so-gd.2026' });
    expect((await store.write([lineOf(device, 0, { disk: 1 })])).rejected).toEqual([]);
    expect((await influxd.query('SHOW DATABASES')).map((row) => row['name'])).toContain('so-gd.2026');
  });

  test('what is read back by InfluxQL is what was written: tags with spaces, commas and equal signs, floats, integers', async () => {
    const { influxd } = await influx();
    await storeAt(influxd.url).write([
      lineOf(device, 0, { disk: 0.1 + 0.2, cpu: { min: 0, mean: 1e-7, max: 1e21 } }, 'Phòng 1, dãy=B "x"\\'),
    ]);
    const [row] = await influxd.query('SELECT * FROM report', 'labwatch');
    expect(row).toMatchObject({
      device,
      class: 'pc-student',
      school: 'THPT, A=1',
      room: 'Phòng 1, dãy=B "x"',
      disk: 0.1 + 0.2,
      cpu_mean: 1e-7,
      cpu_max: 1e21,
      on_minutes: 5,
      active_minutes: 1,
      skew_seconds: 1,
    });
    const types = await influxd.query('SHOW FIELD KEYS FROM report', 'labwatch');
    expect(Object.fromEntries(types.map((type) => [type['fieldKey'], type['fieldType']]))).toMatchObject({
      disk: 'float',
      on_minutes: 'integer',
    });
  });

  test('a wrong password, no password and no right are each one clear line, told later, without the secret', async () => {
    const { influxd } = await influx({ auth: true });
    const root = { user: 'root', password: 'a-long-password' };
    await influxd.query(`CREATE USER root WITH PASSWORD 'a-long-password' WITH ALL PRIVILEGES`);
    const asRoot = storeAt(influxd.url, { login: root });
    expect((await asRoot.write([lineOf(device, 0, { disk: 1 })])).rejected).toEqual([]);
    for (const login of [{ user: 'root', password: 'not-the-password' }, {}, { token: 'no-such-token' }]) {
      const store = storeAt(influxd.url, { login });
      const error = (await store.write([lineOf(device, 5, { disk: 2 })]).catch((caught: unknown) => caught)) as Error;
      expect(error).toBeInstanceOf(RetryLater);
      expect(error.message).toMatch(/refuses the login.*HTTP 401/);
      expect(error.message).not.toMatch(/\n|not-the-password|no-such-token/);
      expect(await store.health()).toEqual({ ready: false, reason: error.message });
    }
    const query = { user: 'root', password: 'a-long-password' };
    const headers = { authorization: `Basic ${Buffer.from(`${query.user}:${query.password}`).toString('base64')}` };
    const made = await fetch(`${influxd.url}/query`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ q: `CREATE USER reader WITH PASSWORD 'reader-password'` }),
    });
    expect(made.status).toBe(200);
    const reader = storeAt(influxd.url, { login: { user: 'reader', password: 'reader-password' } });
    await expect(reader.write([lineOf(device, 5, { disk: 2 })])).rejects.toThrow(/does not allow this user to write.*HTTP 403/);
  });

  test('a database that is missing and may not be made is asked for at each write, and made use of when it is there', async () => {
    const { influxd } = await influx({ auth: true });
    const auth = { authorization: `Basic ${Buffer.from('root:a-long-password').toString('base64')}` };
    await influxd.query(`CREATE USER root WITH PASSWORD 'a-long-password' WITH ALL PRIVILEGES`);
    const admin = async (q: string): Promise<unknown> =>
      fetch(`${influxd.url}/query`, { method: 'POST', headers: auth, body: new URLSearchParams({ q }) });
    await admin(`CREATE USER writer WITH PASSWORD 'writer-password'`);
    const store = storeAt(influxd.url, { login: { user: 'writer', password: 'writer-password' } });
    for (let i = 0; i < 2; i++) await expect(store.write([lineOf(device, 0, { disk: 1 })])).rejects.toThrow(RetryLater);
    await admin('CREATE DATABASE labwatch');
    await admin('GRANT ALL ON labwatch TO writer');
    expect((await store.write([lineOf(device, 0, { disk: 1 })])).rejected).toEqual([]);
  });

  test('a batch that is too large for the server is halved until it fits', async () => {
    const { influxd } = await influx({ http: ['max-body-size = 2000'] });
    const store = storeAt(influxd.url);
    const lines = Array.from({ length: 100 }, (_, i) => lineOf(device, i * 5, { disk: i }));
    expect((await store.write(lines)).rejected).toEqual([]);
    expect(await influxd.query('SELECT count(disk) FROM report', 'labwatch')).toMatchObject([{ count: 100 }]);
  });

  test('points the retention policy would drop are rejected with the reason of the server', async () => {
    const { influxd } = await influx();
    await influxd.query('CREATE DATABASE labwatch WITH DURATION 2d');
    const { rejected } = await storeAt(influxd.url).write([
      lineOf(device, 0, { disk: 1 }),
      lineOf(device, -30 * 1440, { disk: 2 }),
      lineOf(device, 5, { disk: 3 }),
    ]);
    expect(rejected.map(({ index }) => index)).toEqual([1]);
    expect(rejected[0]!.reason).toMatch(/retention policy/);
    expect(await influxd.query('SELECT disk FROM report', 'labwatch')).toHaveLength(2);
  });

  test('a 400 of something else, a page of a proxy and a redirect give up no line', async () => {
    const answers: [number, string, Record<string, string>?][] = [
      [400, '<html>Bad Request</html>'],
      [400, '{"error":"database is required"}', { 'x-influxdb-version': '1.6.7' }],
      [502, 'Bad Gateway'],
      [503, '{"error":"timeout"}'],
      [302, '', { location: 'http://127.0.0.1:1/' }],
      [500, '{"error":"partial write: engine: cache-max-memory-size exceeded"}'],
    ];
    for (const [status, body, headers] of answers) {
      const store = storeAt(await stranger(status, body, headers));
      await expect(store.write([lineOf(device, 0, { disk: 1 })]), `HTTP ${status} ${body}`).rejects.toThrow(RetryLater);
    }
  });

  test('an empty batch asks whether the server would take one', async () => {
    const { influxd } = await influx();
    expect((await storeAt(influxd.url).write([])).rejected).toEqual([]);
    // InfluxDB 2 answers an empty batch so.
    const two = storeAt(await stranger(400, '{"code":"invalid","message":"writing requires points"}', { 'x-influxdb-version': 'v2.7.1' }));
    expect((await two.write([])).rejected).toEqual([]);
    await expect(storeAt(await stranger(401, '{"error":"authorization failed"}')).write([])).rejects.toThrow(/refuses the login/);
  });

  test('nothing there, and something that never answers', async () => {
    const nowhere = storeAt(`http://127.0.0.1:${await freePort()}`);
    await nowhere.start();
    await expect(nowhere.write([lineOf(device, 0, { disk: 1 })])).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const mute = storeAt(`http://127.0.0.1:${(server.address() as { port: number }).port}`, { timeoutMs: 300 });
    await expect(mute.write([lineOf(device, 0, { disk: 1 })])).rejects.toThrow(/no answer in time/);
  });
});
