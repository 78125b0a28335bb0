import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api, WELCOME } from '../tools/api.ts';
import { ANY_PORTS, freePort, labwatch, Program, ROOT, tempFolder, until } from '../tools/programs.ts';

// The recipe of docs/broker.md, with the files printed there: what stands on the page is what runs here.
const IN_DOCS = '/etc/mosquitto/labwatch';
const page = readFileSync(join(ROOT, 'docs/broker.md'), 'utf8');
const blocks = Array.from(page.matchAll(/^ {3}```conf\n([\s\S]*?)^ {3}```/gm), (match) => match[1]!.replaceAll(/^ {3}/gm, ''));
const blockWith = (words: string): string => blocks.find((block) => block.includes(words))!;

const folder = tempFolder('mosquitto-recipe');
const [home, pc, etc] = ['home', 'pc', 'etc'].map((name) => join(folder.path, name)) as [string, string, string];
const passwords = join(etc, 'passwords');
const programs: Program[] = [];
let url = '';
let mosquitto: Program;
let api: Api;
let token = '';

function start(program: Program): Program {
  programs.push(program);
  return program;
}

async function run(program: Program): Promise<string> {
  start(program);
  if ((await program.ended()) !== 0) throw new Error(program.stderr);
  return program.stdout;
}

const operator = (args: readonly string[]): Promise<string> => run(labwatch(args, { LABWATCH_HOME: home }));

async function admit(device: string, secret: string): Promise<void> {
  await run(new Program('mosquitto_passwd', ['-b', passwords, device, secret]));
  mosquitto.child.kill('SIGHUP');
}

function client(tool: 'mosquitto_pub' | 'mosquitto_sub', who: { device: string; secret: string }, args: readonly string[]): Program {
  const login = ['-u', who.device, '-P', who.secret, '-q', '1'];
  const line = ['-h', 'localhost', '-p', new URL(url).port, '--cafile', join(etc, 'ca.crt')];
  return start(new Program(tool, [...line, ...login, ...args]));
}

beforeAll(async () => {
  mkdirSync(etc);
  await operator(['ca', 'init']);
  await operator(['ca', 'issue', '--names', 'localhost']);
  for (const file of ['ca.crt', 'server.crt', 'server.key']) copyFileSync(join(home, 'tls', file), join(etc, file));
  const port = await freePort();
  url = `mqtts://localhost:${port}`;
  const config = blockWith('listener 8883').replaceAll(IN_DOCS, etc).replace('listener 8883', `listener ${port} 127.0.0.1`);
  // Debian's service reads these files as its own user; here they lie in a folder that only the one who runs the test can read.
  const user = process.getuid?.() === 0 ? 'user root\n' : '';
  writeFileSync(join(etc, 'mosquitto.conf'), `${user}${config}`);
  writeFileSync(join(etc, 'acl'), blockWith('pattern write'), { mode: 0o600 });
  await run(new Program('mosquitto_passwd', ['-c', '-b', passwords, 'collector', 'collector-password']));
  mosquitto = start(new Program('mosquitto', ['-c', join(etc, 'mosquitto.conf')]));
  await until('Mosquitto', () => mosquitto.stderr.includes('running'));
  const args = ['collector', '--mqtt-url', url, '--mqtt-ca', join(home, 'tls/ca.crt'), '--broker-url', url];
  const collector = start(labwatch(args, { ...ANY_PORTS, LABWATCH_HOME: home, LABWATCH_MQTT_PASSWORD: 'collector-password' }));
  const [, address = '', password = ''] = await collector.says(WELCOME);
  api = new Api(address);
  await api.login(password, 'mot-mat-khau-dai-va-de-nho');
  const csv = join(folder.path, 'units.csv');
  writeFileSync(csv, 'code,kind,name,parent\nP1,room,Phòng Tin học 1,\n');
  await operator(['unit', 'import', csv]);
  ({ token } = JSON.parse(await operator(['token', 'create', '--unit', 'P1', '--json'])) as { token: string });
});

afterAll(async () => {
  for (const program of programs.toReversed()) await program.stop();
  folder.remove();
});

/** A second device, enrolled by hand. */
async function enrol(): Promise<{ device: string; secret: string }> {
  const body = {
    token,
    name: 'Máy 08',
    fingerprint: { uuid: '4c4c4544-0042-3510-8052-b4c04f4d3132', macs: ['02:aa:00:00:00:08'], disks: [] },
  };
  const answer = await fetch(new URL('/api/v1/enrolments', api.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
  return (await answer.json()) as { device: string; secret: string };
}

test('Mosquitto has nothing against its files', () => {
  expect(mosquitto.stderr.replace(/Warning: Mosquitto should not be run as root.*/, '')).not.toMatch(/Error|Warning|Note/);
});

test('an agent that enrolled and whose secret Mosquitto was given reports, over TLS', async () => {
  const agent = ['agent', 'run', '--server', api.url, '--seat', 'Máy 07'];
  const first = start(labwatch(agent, { LABWATCH_HOME: pc, LABWATCH_TOKEN: token }));
  const file = join(pc, 'agent/credentials.json');
  await until('credentials', () => existsSync(file));
  await first.stop();
  const known = JSON.parse(readFileSync(file, 'utf8')) as { device: string; secret: string; broker: { url: string } };
  expect(known.broker.url).toBe(url);
  await admit(known.device, known.secret);
  start(labwatch(['agent', 'run'], { LABWATCH_HOME: pc }));
  expect(await api.firstReport()).toMatchObject({ id: known.device, name: 'Máy 07', state: 'online' });
});

test('a foreign client gets its own acknowledgements and nothing else, and is gone once its line is', async () => {
  const me = await enrol();
  const collector = { device: 'collector', secret: 'collector-password' };
  await admit(me.device, me.secret);
  const ears = client('mosquitto_sub', me, ['-v', '-t', '#', '-t', '$SYS/#', '-t', 'labwatch/v1/+/ack']);
  await until('the login', () => mosquitto.stderr.includes(`as ${me.device}`));
  await until('its presence at the broker', async () => {
    // What the collector publishes, after it what only it may: the order shows that the first was not delivered.
    await run(client('mosquitto_pub', { ...collector }, ['-t', `labwatch/v1/${'x'.repeat(26)}/ack`, '-m', 'for another']));
    await run(client('mosquitto_pub', { ...collector }, ['-t', `labwatch/v1/${me.device}/ack`, '-m', 'for me']));
    return ears.stdout.includes('for me');
  });
  expect(new Set(ears.stdout.trim().split('\n'))).toEqual(new Set([`labwatch/v1/${me.device}/ack for me`]));
  await run(new Program('mosquitto_passwd', ['-D', passwords, me.device]));
  mosquitto.child.kill('SIGHUP');
  await until('the end of its connection', () => /not authorised|refused/i.test(ears.stderr));
});
