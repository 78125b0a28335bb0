import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLedger } from '../../ledger/index.ts';
import { ANY_PORTS, freePort, Hopeless, labwatch, Program, ROOT, tempFolder, until } from '../tools/programs.ts';

/** In every name planted here; nothing that leaves the machine or is stored may hold it. */
const TELL = 'telltale';

/** Passes bytes on and keeps them. */
class Tap {
  readonly bytes: Buffer[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(to: () => number) {
    this.#server = createServer((near) => {
      const far = connect(to(), '127.0.0.1');
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (data: Buffer) => {
          this.bytes.push(data);
          into.write(data);
        });
        from.on('error', () => into.destroy());
        from.on('close', () => into.destroy());
      }
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A record of a login as login(1) writes it (utmp(5), x86): type 7, terminal, user, host. */
function loginRecord(): Buffer {
  const record = Buffer.alloc(384);
  record.writeInt16LE(7, 0);
  record.write('tty1', 8);
  record.write(`${TELL}-user`, 44);
  record.write(`${TELL}-host.example`, 76);
  record.writeInt32LE(Math.floor(Date.now() / 1000), 340);
  return record;
}

const home = tempFolder('server');
const watched = tempFolder('watched');
// The planted things live in a folder of their own: only its name and what is in it tell.
const planted = tempFolder(TELL);
const programs: Program[] = [];
const taps: Tap[] = [];

/** Whether this test may give the agent a host name, logins and mounts of its own (root in a namespace). */
const namespaces = spawnSync('unshare', ['--mount', '--uts', 'true']).status === 0;

function plant(): NodeJS.ProcessEnv {
  const folder = join(planted.path, `${TELL}-home`);
  mkdirSync(folder);
  writeFileSync(join(folder, `${TELL}-letter.docx`), `https://${TELL}.example/page`);
  writeFileSync(join(planted.path, 'wtmp'), Buffer.concat([loginRecord(), loginRecord()]));
  copyFileSync('/bin/sleep', join(planted.path, `${TELL}-game`));
  programs.push(new Program(join(planted.path, `${TELL}-game`), ['600']));
  const script = `
    set -e
    hostname ${TELL}-host
    mount -t tmpfs ${TELL}-disk ${planted.path}/${TELL}-home
    mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/seats /run/systemd/sessions
    printf 'ACTIVE_UID=1000\\nSESSIONS=c1\\n' > /run/systemd/seats/seat0
    printf 'UID=1000\\nUSER=${TELL}-user\\nACTIVE=1\\nSTATE=active\\nREMOTE=0\\nTYPE=x11\\nCLASS=user\\nSEAT=seat0\\nTTY=tty1\\nDISPLAY=:0\\nSERVICE=${TELL}\\nREMOTE_HOST=${TELL}-host\\n' > /run/systemd/sessions/c1
    [ ! -e /var/log/wtmp ] || mount --bind ${planted.path}/wtmp /var/log/wtmp
    printf '%s\\n' ${TELL}-host > ${planted.path}/hostname && mount --bind ${planted.path}/hostname /etc/hostname
    exec "$@"`;
  writeFileSync(join(planted.path, 'start.sh'), script);
  return {
    USER: `${TELL}-user`,
    LOGNAME: `${TELL}-user`,
    HOME: folder,
    HOSTNAME: `${TELL}-host`,
    MAIL: `${TELL}@${TELL}.example`,
    TZ: 'GMT+7',
  };
}

/** The real agent of this machine, among what was planted. */
function startAgent(env: NodeJS.ProcessEnv): Program {
  const agent = [join(ROOT, 'bin/labwatch.mjs'), 'agent', 'run'];
  const file = namespaces ? 'unshare' : process.execPath;
  const args = namespaces ? ['--mount', '--uts', 'sh', join(planted.path, 'start.sh'), process.execPath, ...agent] : agent;
  const program = new Program(file, args, env);
  programs.push(program);
  return program;
}

afterAll(async () => {
  for (const program of programs.splice(0).toReversed()) await program.stop('SIGKILL');
  for (const tap of taps) await tap.close();
  for (const folder of [home, watched, planted]) folder.remove();
});

/** Every file under a folder, as bytes. */
function filesOf(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path)]);
}

test('a user, a host, a program, a file, a page and a mount that were planted are nowhere: on no wire, in no file, in no log', async () => {
  const httpPort = await freePort();
  const mqttPort = await freePort();
  const http = new Tap(() => httpPort);
  const mqtt = new Tap(() => mqttPort);
  taps.push(http, mqtt);
  const [httpTap, mqttTap] = [await http.open(), await mqtt.open()];
  const server = labwatch(['up', '--no-agent'], {
    ...ANY_PORTS,
    LABWATCH_HOME: home.path,
    LABWATCH_HTTP_PORT: String(httpPort),
    LABWATCH_MQTT_PORT: String(mqttPort),
    LABWATCH_BROKER_URL: `mqtt://127.0.0.1:${mqttTap}`,
    LABWATCH_LOG_LEVEL: 'debug',
    LABWATCH_LOG_FORMAT: 'json',
  });
  programs.push(server);
  await server.says(/labwatch: http/);

  const ledger = await openLedger(home.path);
  try {
    await ledger.units.import([{ code: 'S', kind: 'school', name: 'Trường', parentCode: null, zone: null }]);
    const at = Date.now();
    const unit = (await ledger.units.byCode('S'))!.id;
    const { text } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: at + 600_000, maxUses: 1, at });
    const agent = startAgent({
      ...plant(),
      LABWATCH_HOME: watched.path,
      LABWATCH_SERVER: `http://127.0.0.1:${httpTap}`,
      LABWATCH_TOKEN: text,
      LABWATCH_SAMPLE_SECONDS: '5',
      LABWATCH_LOG_LEVEL: 'debug',
      LABWATCH_LOG_FORMAT: 'json',
    });
    const device = await until('an enrolled device', async () => {
      if (agent.child.exitCode !== null) throw new Hopeless(agent.stderr);
      return (await ledger.devices.list({ limit: 1 }))[0];
    });
    const state = await until('everything it has to say', async () => {
      const one = (await ledger.devices.states([device.id])).get(device.id)!;
      return one.birth !== null && one.inventory !== null && one.security !== null && one.metrics?.cpu !== undefined ? one : undefined;
    });
    // It did look at the planted logins: somebody is at the seat.
    expect(state.session).toBe(namespaces ? 'open' : state.session);
    expect(await agent.stop('SIGTERM')).toBe(0);
    await server.stop('SIGTERM');

    const places: [string, Buffer][] = [
      ['the wire of enrolment', Buffer.concat(http.bytes)],
      ['the wire of messages', Buffer.concat(mqtt.bytes)],
      ['the log of the agent', Buffer.from(agent.stdout + agent.stderr)],
      ['the log of the server', Buffer.from(server.stdout + server.stderr)],
      ['the state', Buffer.from(JSON.stringify([device, state]))],
      ...filesOf(home.path),
      ...filesOf(watched.path),
    ];
    const telling = places.filter(([, bytes]) => bytes.toString('latin1').toLowerCase().includes(TELL)).map(([place]) => place);
    expect(telling).toEqual([]);
    // The search does find what is there.
    const known = places.filter(([, bytes]) => bytes.includes(device.id)).map(([place]) => place);
    expect(known).toEqual(expect.arrayContaining(['the wire of enrolment', 'the wire of messages', join(home.path, 'series.db')]));
    // The token was on the wire, and is in no log and no file.
    const [, secret = ''] = text.split('.');
    expect(places.filter(([, bytes]) => bytes.includes(secret)).map(([place]) => place)).toEqual(['the wire of enrolment']);
  } finally {
    await ledger.close();
  }
}, 240_000);
