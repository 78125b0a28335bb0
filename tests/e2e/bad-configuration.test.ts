import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WELCOME } from '../tools/api.ts';
import { Influxd } from '../tools/influxd.ts';
import { ANY_PORTS, labwatch, type Program, tempFolder, until } from '../tools/programs.ts';

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function home(): string {
  const folder = tempFolder('bad-configuration');
  cleanUps.push(folder.remove);
  return folder.path;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const program = labwatch(args, { ...ANY_PORTS, LABWATCH_LOG_FORMAT: 'json', ...env });
  cleanUps.push(() => program.stop());
  return program;
}

/** What a person reads when it ends by itself: exactly one line, no stack. */
async function complaint(program: Program): Promise<{ code: number | null; line: string }> {
  const code = await program.ended();
  const lines = program.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\bat .*:\d+:\d+/);
  return { code, line: lines[0]! };
}

test('an unknown setting is named, with the nearest one, exit code 78', async () => {
  const { code, line } = await complaint(start(['up', '--http-prot', '1'], { LABWATCH_HOME: home() }));
  expect(code).toBe(78);
  expect(line).toMatch(/^CONFIG_UNKNOWN_KEY: .*--http-prot.*--http-port/);
});

test('an unknown key in the file is named with its file', async () => {
  const file = join(home(), 'labwatch.toml');
  writeFileSync(file, '[collector]\nhttp-prot = 1\n');
  const { code, line } = await complaint(start(['up'], { LABWATCH_HOME: home(), LABWATCH_CONFIG: file }));
  expect(code).toBe(78);
  expect(line).toMatch(/^CONFIG_UNKNOWN_KEY: .*http-prot.*labwatch\.toml.*http-port/);
});

test('a value that is not allowed is named with what is', async () => {
  const { code, line } = await complaint(start(['up'], { LABWATCH_HOME: home(), LABWATCH_MQTT_PORT: '99999' }));
  expect(code).toBe(78);
  expect(line).toMatch(/^CONFIG_BAD_VALUE: .*mqtt-port.*99999.*LABWATCH_MQTT_PORT.*0 to 65535/);
});

test.each([
  ['LABWATCH_HTTP_PORT', 'http-port'],
  ['LABWATCH_MQTT_PORT', 'mqtt-port'],
])('a port in use (%s) names the port and the flag', async (name, flag) => {
  const squatter = createServer();
  squatter.listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  cleanUps.push(() => void squatter.close());
  const { port } = squatter.address() as { port: number };
  const { code, line } = await complaint(start(['up'], { LABWATCH_HOME: home(), [name]: String(port) }));
  expect(code).toBe(69);
  expect(line).toMatch(new RegExp(`^PORT_IN_USE: .*${port}.*--${flag}`));
});

test('a data folder that cannot be written is named (a file stands where the folder should be)', async () => {
  const path = join(home(), 'not-a-folder');
  writeFileSync(path, '');
  const { code, line } = await complaint(start(['up'], { LABWATCH_HOME: join(path, 'data') }));
  expect(code).toBe(73);
  expect(line).toMatch(/^HOME_UNWRITABLE: .*not-a-folder/);
});

test('a ledger that is not a database is one line, not a stack', async () => {
  const folder = home();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ledger.db'), 'this is not a database, it is a sentence that is long enough to be one');
  const { code, line } = await complaint(start(['up'], { LABWATCH_HOME: folder }));
  expect(code).not.toBe(0);
  expect(line).toMatch(/^LEDGER_[A-Z_]+: /);
});

test('an InfluxDB that cannot be reached is one clear line; everything else runs and nothing is lost', async () => {
  const up = start(['up'], { LABWATCH_HOME: home(), LABWATCH_INFLUX_URL: 'http://127.0.0.1:9' });
  const [, url] = await up.says(WELCOME);
  await until('the line about InfluxDB', () => /127\.0\.0\.1:9/.test(up.stderr));
  const ready = await until('not ready', async () => {
    const response = await fetch(`${url}/readyz`);
    return response.status === 503 ? response.text() : undefined;
  });
  expect(ready).toMatch(/127\.0\.0\.1:9|InfluxDB/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await up.stop()).toBe(0);
});

test('a wrong InfluxDB password is one clear line, the password is never shown, and the rows wait', async () => {
  const influxd = await Influxd.create(join(home(), 'influx'), { auth: true });
  await influxd.start();
  cleanUps.push(() => influxd.stop());
  await influxd.query("CREATE USER admin WITH PASSWORD 'the-right-one' WITH ALL PRIVILEGES");
  const up = start(['up'], {
    LABWATCH_HOME: home(),
    LABWATCH_INFLUX_URL: influxd.url,
    LABWATCH_INFLUX_USER: 'admin',
    LABWATCH_INFLUX_PASSWORD: 'surely-the-wrong-one',
  });
  await up.says(WELCOME);
  await until('the line about the password', () => /401|unauthori[sz]ed|authentication failed/i.test(up.stderr));
  expect(up.stderr).not.toContain('surely-the-wrong-one');
  expect(await up.stop()).toBe(0);
});

test('an expired token is one line that says so, for the person with the installer', async () => {
  const folder = home();
  const up = start(['up', '--no-agent'], { LABWATCH_HOME: folder });
  const [, url] = await up.says(WELCOME);
  const { openLedger } = await import('../../ledger/index.ts');
  const ledger = await openLedger(folder);
  await ledger.units.import([{ code: 'S1', kind: 'school', name: 'Trường thử', parentCode: null, zone: null }]);
  const unit = (await ledger.units.byCode('S1'))!.id;
  const at = Date.now();
  const { text } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: at - 1000, maxUses: 5, at: at - 2000 });
  await ledger.close();
  const agent = start(['agent', 'run'], { LABWATCH_HOME: home(), LABWATCH_SERVER: url, LABWATCH_TOKEN: text });
  const { code, line } = await complaint(agent);
  expect(code).toBe(77);
  expect(line).toMatch(/^AGENT_[A-Z_]*EXPIRED[A-Z_]*: /);
});

test('an old Node is told what to do instead of failing on the syntax', async () => {
  const { spawnSync } = await import('node:child_process');
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (path) => spawnSync(path, ['-p', 'process.versions.node.split(".")[0] < 26']).stdout?.toString().trim() === 'true',
  );
  // Where no old Node is installed, the same file is run with the version it would see.
  const args =
    old === undefined ? ['--import', 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.0.0"})'] : [];
  const run = spawnSync(old ?? process.execPath, [...args, 'bin/labwatch.mjs', 'up'], { encoding: 'utf8' });
  expect(run.status).toBe(78);
  expect(run.stderr).toMatch(/needs Node 26/);
});
