import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../ledger/index.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { collectorErrors } from '../../collector/errors.ts';
import { collectorCommand, collectorSettings, createCollector } from '../../collector/main.ts';

let home: string;
let ledger: Ledger;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-collector-'));
  ledger = await openLedger(home);
});
afterEach(async () => {
  await ledger.close();
  rmSync(home, { recursive: true });
});

const settingsOf = (env: NodeJS.ProcessEnv) =>
  loadSettings(collectorSettings, { argv: ['--home', home, '--http-port', '0'], env, sections: [] }).values;
const make = (env: NodeJS.ProcessEnv) => createCollector({ settings: settingsOf(env), ledger, log: silentLog, metrics: new Metrics() });
const INFLUX = { LABWATCH_INFLUX_URL: 'http://127.0.0.1:8086' };

test('half a login for InfluxDB, or two of them, is one clear error', () => {
  for (const env of [
    { LABWATCH_INFLUX_USER: 'u' },
    { LABWATCH_INFLUX_PASSWORD: 'p' },
    { LABWATCH_INFLUX_USER: 'u', LABWATCH_INFLUX_PASSWORD: 'p', LABWATCH_INFLUX_TOKEN: 't' },
  ]) {
    expect(() => make({ ...INFLUX, ...env })).toThrow(expect.objectContaining({ code: 'COLLECTOR_INFLUX_LOGIN', exit: 78 }));
  }
  expect(() => make({ ...INFLUX, LABWATCH_INFLUX_TOKEN: 't' })).not.toThrow();
});

test('an address with a password in it, a CA that is not there and a database name with a space are refused', () => {
  for (const env of [{ LABWATCH_INFLUX_URL: 'http://user:s3cret@127.0.0.1:8086' }, { LABWATCH_MQTT_URL: 'mqtt://user:s3cret@127.0.0.1' }]) {
    expect(() => make(env)).toThrow(expect.objectContaining({ code: 'COLLECTOR_ADDRESS', message: expect.not.stringContaining('s3cret') }));
  }
  expect(() => make({ LABWATCH_INFLUX_URL: 'http://[::' })).toThrow(expect.objectContaining({ code: 'COLLECTOR_ADDRESS' }));
  expect(() => make({ LABWATCH_MQTT_URL: 'http://broker' })).toThrow(expect.objectContaining({ code: 'CONFIG_BAD_VALUE' }));
  expect(() => make({ ...INFLUX, LABWATCH_INFLUX_DB: 'lab watch' })).toThrow(expect.objectContaining({ code: 'CONFIG_BAD_VALUE' }));
  expect(() => make({ LABWATCH_MQTT_CA: join(home, 'none.crt') })).toThrow(expect.objectContaining({ code: 'COLLECTOR_CA_FILE' }));
});

test('starts without a broker, says so in /readyz, stops, and starts again', async () => {
  const collector = make({ LABWATCH_MQTT_URL: 'mqtt://127.0.0.1:1' });
  for (let i = 0; i < 2; i++) {
    await collector.start();
    const { http } = collector.addresses();
    expect((await fetch(`http://127.0.0.1:${http}/healthz`)).status).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${http}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('MQTT broker mqtt://127.0.0.1:1');
    expect(await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()).toContain('labwatch_spool_rows 0');
    await collector.stop();
    expect(collector.addresses()).toEqual({});
  }
});

test('a start that fails half-way undoes what it did', async () => {
  const first = make({ LABWATCH_MQTT_URL: 'mqtt://127.0.0.1:1' });
  await first.start();
  const { http } = first.addresses();
  const settings = { ...settingsOf({ LABWATCH_MQTT_URL: 'mqtt://127.0.0.1:1' }), httpPort: http! };
  const second = createCollector({ settings, ledger, log: silentLog, metrics: new Metrics() });
  await expect(second.start()).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await second.stop();
  await first.stop();
});

test('help in both languages names every setting, and never a secret as a flag', () => {
  for (const language of ['vi', 'en'] as const) {
    const help = collectorCommand.help(language);
    for (const flag of ['--influx-url', '--mqtt-share', '--spool-max-rows', '--series-days', 'LABWATCH_INFLUX_PASSWORD'])
      expect(help).toContain(flag);
    expect(help).not.toContain('--influx-password');
  }
});

test('every error has both languages and a hint', () => {
  for (const { en, vi, hint } of Object.values(collectorErrors))
    expect([en, vi, hint.en, hint.vi].every((text) => text.length > 20)).toBe(true);
});
