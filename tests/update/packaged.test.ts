import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardScript } from '../../agent/update/guard.ts';
import { placesOf } from '../../agent/update/places.ts';
import { releasePlatform } from '../../protocol/release.ts';
import { VERSION } from '../../runtime/version.ts';
import { agentExecutable } from '../tools/executable.ts';
import { labwatch, Program, tempFolder, until } from '../tools/programs.ts';
import { School } from '../tools/school.ts';

/** Two real packaged versions, a real server over TLS, and the loop of a service manager. */
const NEXT = '99.0.0';
const BROKEN = '99.1.0';
const PLATFORM = releasePlatform(process.platform, process.arch)!;
const MINUTES = 60_000;

const pc = tempFolder('update-pc');
const operator = tempFolder('operator');
const places = placesOf(join(pc.path, 'opt', 'labwatch-agent'));
const key = join(operator.path, 'release-key.pem');
let school: School;
let home: string;
let running: Program | undefined;
let log = '';
const over = new AbortController();
let manager: Promise<void>;

async function release(...words: string[]): Promise<string> {
  const program = labwatch(['release', ...words], { LABWATCH_HOME: home });
  if ((await program.ended()) !== 0) throw new Error(program.stderr);
  return program.stdout;
}

async function publish(version: string, file: string): Promise<void> {
  const dist = join(operator.path, version);
  mkdirSync(dist);
  copyFileSync(file, join(dist, `labwatch-agent-${version}-${PLATFORM}`));
  await release('publish', '--key', key, '--dir', dist, '--version', version);
  await release('ring', version, '--percent', '100');
  // The server reads its list of releases every five seconds.
  await new Promise((resolve) => setTimeout(resolve, 6000));
}

/** As the unit does it: the guard, the executable, and again when it ends. */
async function manage(): Promise<void> {
  while (!over.signal.aborted) {
    spawnSync('/bin/sh', ['-c', guardScript(places.executable)]);
    running = new Program(places.executable, ['service'], {
      ...school.agentEnv(join(pc.path, 'data')),
      LABWATCH_UPDATE_AFTER: '0',
      LABWATCH_LOG_FORMAT: 'json',
    });
    await running.ended();
    log += running.stderr;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
const said = (): string => log + (running?.stderr ?? '');
const versionOf = (file: string): string => spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout.trim();
const agentOf = async (): Promise<string | undefined> => {
  const { items } = await school.api.get<{ items: { id: string }[] }>('/api/v1/devices');
  const id = items[0]?.id;
  return id === undefined ? undefined : JSON.stringify(await school.api.get(`/api/v1/devices/${id}`));
};

beforeAll(async () => {
  school = await School.open();
  home = dirname(dirname(school.ca));
  await release('keygen', '--out', key);
  mkdirSync(dirname(places.executable), { recursive: true });
  copyFileSync(await agentExecutable(), places.executable);
  chmodSync(places.executable, 0o755);
  copyFileSync(`${key}.pub`, places.keys);
}, 10 * MINUTES);

afterAll(async () => {
  over.abort();
  await running?.stop('SIGKILL');
  await manager;
  await school.close();
  pc.remove();
  operator.remove();
});

test(
  'a packaged agent becomes the next version by itself, and goes back from one that crashes',
  async () => {
    expect(versionOf(places.executable)).toBe(`labwatch-agent ${VERSION}`);
    await publish(NEXT, await agentExecutable(undefined, NEXT));
    manager = manage();
    await until('the new version lies in its place', () => existsSync(places.old), 8 * MINUTES);
    expect(versionOf(places.executable)).toBe(`labwatch-agent ${NEXT}`);
    expect(versionOf(places.old)).toBe(`labwatch-agent ${VERSION}`);
    await until('it has proved itself', () => !existsSync(places.trial), 5 * MINUTES);
    await until('the server sees it', async () => (await agentOf())?.includes(`"${NEXT}"`), 3 * MINUTES);
    await until('it says so itself', async () => (await release('list', '--json')).includes('"running":1'), 5 * MINUTES);

    // One that says the right thing when it is asked, and then crashes at every start.
    const broken = join(operator.path, 'broken');
    writeFileSync(broken, `#!/bin/sh\n[ "$1" = preflight ] && echo '{"version":"${BROKEN}","ok":true}' || kill -SEGV $$\n`);
    await publish(BROKEN, broken);
    // The next day, as far as the agent knows.
    const state = join(pc.path, 'data', 'agent', 'update', 'state.json');
    writeFileSync(state, JSON.stringify({ ...(JSON.parse(readFileSync(state, 'utf8')) as object), askedAt: 0 }));
    await running!.stop('SIGTERM');
    await until('it went back', () => said().includes('AGENT_UPDATE_WENT_BACK'), 5 * MINUTES);
    expect(versionOf(places.executable)).toBe(`labwatch-agent ${NEXT}`);
    expect([places.trial, places.starts, places.guard].filter((path) => existsSync(path))).toEqual([]);
    await until('it is at work again', async () => (await agentOf())?.includes('"state":"online"'), 3 * MINUTES);
  },
  30 * MINUTES,
);
