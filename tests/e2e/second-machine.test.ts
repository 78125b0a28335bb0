import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Api, WELCOME } from '../tools/api.ts';
import { ANY_PORTS, freePort, labwatch, type Program, tempFolder, until } from '../tools/programs.ts';

const server = tempFolder('server');
const pc = tempFolder('pc');
const programs: Program[] = [];
afterAll(async () => {
  for (const program of programs.toReversed()) await program.stop();
  server.remove();
  pc.remove();
});

function start(args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const program = labwatch(args, env);
  programs.push(program);
  return program;
}

async function command(args: readonly string[]): Promise<string> {
  const program = start(args, { LABWATCH_HOME: server.path });
  if ((await program.ended()) !== 0) throw new Error(program.stderr);
  return program.stdout;
}

test('a second PC enrols over TLS with a token and our CA, and reports over TLS, as docs/operate.md says', async () => {
  const [https, mqtts, wss] = [await freePort(), await freePort(), await freePort()];
  const up = start(['up', '--no-agent'], {
    ...ANY_PORTS,
    LABWATCH_HOME: server.path,
    LABWATCH_HTTPS_PORT: String(https),
    LABWATCH_MQTTS_PORT: String(mqtts),
    LABWATCH_WSS_PORT: String(wss),
  });
  const [, url = '', password = ''] = await up.says(WELCOME);
  const csv = join(server.path, 'units.csv');
  writeFileSync(csv, 'code,kind,name,parent,zone\nP1,room,Phòng Tin học 1,,\n');
  await command(['unit', 'import', csv]);
  const { token } = JSON.parse(await command(['token', 'create', '--unit', 'P1', '--json'])) as { token: string };
  const args = ['agent', 'run', '--server', `https://127.0.0.1:${https}`, '--ca', join(server.path, 'tls/ca.crt'), '--seat', 'Máy 07'];
  const agent = start(args, { LABWATCH_HOME: pc.path, LABWATCH_TOKEN: token });
  const api = new Api(url);
  await api.login(password, 'mot-mat-khau-dai-va-de-nho');
  expect(await api.firstReport()).toMatchObject({
    name: 'Máy 07',
    class: 'pc-student',
    state: 'online',
    unit: { name: 'Phòng Tin học 1' },
  });
  const credentials = JSON.parse(readFileSync(join(pc.path, 'agent/credentials.json'), 'utf8')) as { broker: { url: string; ca: string } };
  expect(credentials.broker.url).toBe(`mqtts://127.0.0.1:${mqtts}`);
  expect(credentials.broker.ca).toContain('BEGIN CERTIFICATE');

  // A school that closes the port of MQTT: the same machine goes on over a secure WebSocket, by itself.
  await agent.stop();
  const closed = `mqtts://127.0.0.1:${await freePort()}`;
  const round = start(args, { LABWATCH_HOME: pc.path, LABWATCH_BROKERS: `${closed},wss://127.0.0.1:${wss}`, LABWATCH_LOG_FORMAT: 'json' });
  await until('a line over WebSocket', () => /"url":"wss:[^"]+","msg":"connected to the broker"/.test(round.stderr) || undefined);
  await round.stop();
  // It knows the way that worked: the closed one is not tried first the next time.
  const next = start(args, { LABWATCH_HOME: pc.path, LABWATCH_BROKERS: `${closed},wss://127.0.0.1:${wss}`, LABWATCH_LOG_FORMAT: 'json' });
  await until('a line over WebSocket', () => /"url":"wss:[^"]+","msg":"connected to the broker"/.test(next.stderr) || undefined);
  expect(next.stderr + next.stdout).not.toContain('AGENT_BROKER_UNREACHABLE');
});
