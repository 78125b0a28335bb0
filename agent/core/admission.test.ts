import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { type Credentials, readCredentials, writeCredentials } from '../identity/credentials.ts';
import { Identity } from '../identity/identity.ts';
import type { Fingerprint } from '../probes/probe.ts';
import { agentSettings } from '../settings.ts';
import { EnrolmentServer } from '../test-kit/enrolment-server.ts';
import { PlayedMachine } from '../test-kit/machine.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';
import { Admission } from './admission.ts';
import { Outbox } from './outbox/outbox.ts';

const OWN = 'o'.repeat(26);
const NEW = 'n'.repeat(26);
const BEFORE: Fingerprint = { uuid: 'ua', board: 'ba', macs: ['00:11:22:00:00:01'], disks: ['d1'] };
const OTHER: Fingerprint = { uuid: 'ub', board: 'bb', macs: ['00:11:22:00:00:09'], disks: ['d9'] };
const REPAIRED: Fingerprint = { ...BEFORE, disks: ['d2'] };

let home: string;
let server: EnrolmentServer;
let outbox: Outbox;
let admitted: Credentials[];
let newIds: number;
const clock = new ManualClock();

const stamp = (boot: string) => ({ at: clock.now(), mono: clock.mono(), boot });
const event = (boot: string): void => void outbox.append('event', { code: 'unclean_shutdown' }, stamp(boot));
const boots = (): string[] => outbox.after(0, 99).map(({ bytes }) => (JSON.parse(Buffer.from(bytes).toString()) as { boot: string }).boot);
const OLD = 'a'.repeat(16);
const BOOT = 'b'.repeat(16);

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-admission-'));
  mkdirSync(join(home, 'agent'));
  server = new EnrolmentServer({ device: OWN, secret: 's'.repeat(43), brokerUrl: () => 'mqtt://127.0.0.1:1' });
  await server.start();
  outbox = new Outbox({ path: join(home, 'agent', 'outbox.db'), bounds: { maxMessages: 100, maxBytes: 1e6 }, log: silentLog });
  await outbox.start();
  admitted = [];
  newIds = 0;
});
afterEach(async () => {
  await outbox.stop();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const path = (): string => join(home, 'agent', 'credentials.json');

/** A data folder that was enrolled on BEFORE and holds a message of then, on a machine that is `now`. */
function arrival(now: Fingerprint): Admission {
  writeCredentials(path(), {
    device: OWN,
    secret: 's'.repeat(43),
    broker: { url: 'mqtt://127.0.0.1:1' },
    hardware: { uuid: 'ua', board: 'ba', macs: [...BEFORE.macs], disks: ['d1'] },
    server: { url: server.url },
  });
  event(OLD);
  outbox.setNote('run', 'of the other machine');
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  const platform = { ...new PlayedMachine(clock).platform, fingerprint: async () => now };
  const identity = new Identity({ path: path(), settings: { ...values, home }, platform, clock, log: silentLog });
  identity.load();
  return new Admission({
    identity,
    outbox,
    platform,
    clock,
    log: silentLog,
    random: () => 0,
    boot: () => BOOT,
    onAdmitted: async (credentials) => void admitted.push(credentials),
    onNewId: () => (newIds += 1),
    onProblem: () => undefined,
  });
}

describe('a data folder on other hardware', () => {
  test('publishes nothing before the server has said who it is; then what came with the disk is gone, and its own is kept', async () => {
    await server.stop();
    const stream = outbox.stream;
    const made = arrival(OTHER);
    await made.recognise();
    expect(outbox.stream).not.toBe(stream);
    expect(outbox.note('run')).toBeUndefined();
    expect(await made.settle()).toBeUndefined();
    event(BOOT);
    expect(admitted).toEqual([]);
    Object.assign(server, { device: NEW });
    await server.start();
    for (let i = 0; i < 50 && admitted.length === 0; i++) {
      await clock.pass(10_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(admitted).toMatchObject([{ device: NEW, hardware: { disks: ['d9'] } }]);
    expect(readCredentials(path())).toMatchObject({ device: NEW });
    expect([boots(), newIds]).toEqual([[BOOT], 1]);
    made.stop();
  });

  test('that turns out to be the same machine loses nothing', async () => {
    const made = arrival(OTHER);
    await made.recognise();
    event(BOOT);
    expect(await made.settle()).toMatchObject({ device: OWN });
    expect([boots(), newIds]).toEqual([[OLD, BOOT], 0]);
    expect(readCredentials(path())?.hardware?.disks).toEqual(['d9']);
    expect(JSON.parse(server.requests[0]!.slice(server.requests[0]!.indexOf('} {') + 2))).toMatchObject({
      proof: { device: OWN, boot: BOOT, duplicate: false },
    });
  });

  test('and that nobody lets in stays silent, and asks seldom', async () => {
    server.refusal = 'DEVICE_REVOKED';
    const made = arrival(OTHER);
    await made.recognise();
    expect(await made.settle()).toBeUndefined();
    await clock.pass(60_000);
    expect(server.requests).toHaveLength(1);
    expect(boots()).toEqual([OLD]);
    made.stop();
  });
});

describe('after a repair', () => {
  test('it asks, and goes on meanwhile if the server does not answer', async () => {
    await server.stop();
    const stream = outbox.stream;
    const made = arrival(REPAIRED);
    await made.recognise();
    expect(await made.settle()).toMatchObject({ device: OWN });
    expect([outbox.stream, boots()]).toEqual([stream, [OLD]]);
    made.stop();
    await server.start();
  });
});

test('unchanged, it asks nobody', async () => {
  const made = arrival(BEFORE);
  await made.recognise();
  expect(await made.settle()).toMatchObject({ device: OWN });
  expect(server.requests).toEqual([]);
});

test('an answer that is lost is asked for with the same mark, and another boot makes another', async () => {
  const made = arrival(BEFORE);
  await made.recognise();
  server.refusal = 'INTERNAL';
  expect(await made.duplicate()).toBeUndefined();
  server.refusal = undefined;
  await made.duplicate();
  const marks = server.requests.map((request) => /"twin":"([a-z0-9]{26})"/.exec(request)?.[1]);
  expect(marks[0]).toMatch(/^[a-z0-9]{26}$/);
  expect(marks[1]).toBe(marks[0]);
  expect(outbox.note('twin')).toBe(`${BOOT} ${marks[0]}`);
});
