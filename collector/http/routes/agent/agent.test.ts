import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestText, type UpdateAnswer } from '../../../../protocol/release.ts';
import { releaseFolder } from '../../../../runtime/release-files.ts';
import { addSchool, ADMIN_PASSWORD, NOW, problemOf, startHttp, type HttpKit } from '../../test-kit/http-kit.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const FILE = randomBytes(100_000);
const SHA = createHash('sha256').update(FILE).digest('hex');
const SIGNATURE = 'A'.repeat(86);

let kit: HttpKit;
let school: string;
let room: string;

interface Machine {
  readonly device: string;
  readonly login: string;
}

async function machines(count: number): Promise<Machine[]> {
  const { text } = await kit.ledger.credentials.createToken({
    unit: room,
    class: 'pc-student',
    expiresAt: NOW + DAY,
    maxUses: count,
    at: NOW,
  });
  const made: Machine[] = [];
  for (let i = 0; i < count; i++) {
    const enrolled = await kit.ledger.credentials.enrol({
      token: text,
      name: `Máy ${i}`,
      at: NOW,
      fingerprint: { board: `B-${i}`, macs: [], disks: [`D-${i}`] },
    });
    if (enrolled.outcome === 'refused') throw new Error(enrolled.reason);
    const login = Buffer.from(`${enrolled.device}:${enrolled.secret}`).toString('base64');
    made.push({ device: enrolled.device, login: `Basic ${login}` });
  }
  return made;
}

async function publish(version: string, percent: number | undefined, minimum = '0.0.1'): Promise<string> {
  const file = { platform: 'linux-x64', size: 200_000, sha256: 'b'.repeat(64), packed: { size: FILE.length, sha256: SHA } } as const;
  const manifest = manifestText({ v: 1, version, createdAt: NOW, minimum, files: [file] });
  const { id } = await kit.ledger.releases.publish({ version, manifest, signatures: [SIGNATURE], at: NOW });
  if (percent !== undefined) await kit.ledger.releases.setStep(id, { unit: null, percent }, NOW);
  mkdirSync(releaseFolder(kit.home), { recursive: true });
  writeFileSync(join(releaseFolder(kit.home), SHA), FILE);
  kit.clock.value += 10_000;
  return id;
}

function ask(machine: Machine, more: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({ version: '0.1.0', platform: 'linux-x64', line: 'free', ...more });
  return kit.fetch(`/api/v1/agent/update?${query.toString()}`, { headers: { authorization: machine.login } });
}
async function offered(machine: Machine, more: Record<string, string> = {}): Promise<UpdateAnswer | undefined> {
  const response = await ask(machine, more);
  expect([200, 204]).toContain(response.status);
  return response.status === 204 ? undefined : ((await response.json()) as UpdateAnswer);
}
const fetchFile = (machine: Machine, range?: string, sha256 = SHA): Promise<Response> =>
  kit.fetch(`/api/v1/agent/files/${sha256}`, { headers: { authorization: machine.login, ...(range === undefined ? {} : { range }) } });

beforeEach(async () => {
  kit = await startHttp({ limits: { requests: { max: 100_000, windowMs: MINUTE }, updates: { max: 100_000, windowMs: MINUTE } } });
  ({ school, room } = await addSchool(kit.ledger));
});
afterEach(() => kit.stop());

describe('GET /agent/update', () => {
  it('is for devices that know their secret', async () => {
    const [machine] = await machines(1);
    const wrong = { ...machine!, login: `Basic ${Buffer.from(`${machine!.device}:x`).toString('base64')}` };
    for (const login of [wrong.login, 'Basic !', 'Bearer abc', `Basic ${Buffer.from('nobody').toString('base64')}`]) {
      const problem = await problemOf(await ask({ ...machine!, login }));
      expect([problem.status, problem.code]).toEqual([401, 'DEVICE_LOGIN']);
    }
    await kit.ledger.devices.revoke(machine!.device, NOW);
    expect((await problemOf(await ask(machine!))).code).toBe('DEVICE_REVOKED');
  });

  it('refuses what is no version, platform, local address or file', async () => {
    const [machine] = await machines(1);
    const wrong: Record<string, string>[] = [
      { platform: 'plan9-x64' },
      { version: '1' },
      { near: '8.8.8.8:40000' },
      { near: '192.168.1.1:80' },
      { near: '192.168.1.1:99999' },
      { have: '../../etc/passwd' },
      { line: 'who knows' },
    ];
    for (const more of wrong) expect([more, (await problemOf(await ask(machine!, more))).code]).toEqual([more, 'BAD_REQUEST']);
  });

  it('tells the newest release that is for the device, as it was signed', async () => {
    const [machine] = await machines(1);
    expect(await offered(machine!)).toBeUndefined();
    await publish('0.2.0', 100);
    const third = await publish('0.3.0', undefined);
    const answer = await offered(machine!);
    expect(JSON.parse(answer!.manifest)).toMatchObject({ version: '0.2.0', files: [{ packed: { sha256: SHA } }] });
    expect(answer).toMatchObject({ signatures: [SIGNATURE], neighbours: [], server: true });
    await kit.ledger.releases.setStep(third, { unit: school, percent: 100 }, NOW);
    kit.clock.value += 10_000;
    expect(JSON.parse((await offered(machine!))!.manifest)).toMatchObject({ version: '0.3.0' });
    await kit.ledger.releases.setState(third, 'paused');
    kit.clock.value += 10_000;
    expect(JSON.parse((await offered(machine!))!.manifest)).toMatchObject({ version: '0.2.0' });
  });

  it('never offers the same or an older version, another platform, or a step that is too long', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    await publish('0.4.0', 100, '0.2.0');
    const version = async (more: Record<string, string>) => {
      const answer = await offered(machine!, more);
      return answer === undefined ? undefined : (JSON.parse(answer.manifest) as { version: string }).version;
    };
    expect(await version({ version: '0.4.0' })).toBeUndefined();
    expect(await version({ version: '0.5.0' })).toBeUndefined();
    expect(await version({ platform: 'win-x64', version: '0.5.0' })).toBeUndefined();
    const [other] = (await machines(2)).slice(1);
    const old = JSON.parse((await offered(other!))!.manifest) as { version: string };
    expect(old.version, 'a stepping stone').toBe('0.2.0');
    expect(JSON.parse((await offered(other!, { version: '0.2.0' }))!.manifest)).toMatchObject({ version: '0.4.0' });
  });

  it('does not offer again what a device went back from, even when the device has forgotten it', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    expect(await offered(machine!)).toBeDefined();
    expect(await offered(machine!, { failed: '0.2.0' })).toBeUndefined();
    expect(await offered(machine!)).toBeUndefined();
    await publish('0.2.1', 100);
    expect(await offered(machine!)).toBeDefined();
  });

  it('opens a ring of 10 %: only the right machines of 400 move, always the same ones, and a wider ring keeps them', async () => {
    const all = await machines(400);
    const id = await publish('0.2.0', 10);
    const moving = async (of = all): Promise<Set<string>> => {
      const moved = new Set<string>();
      for (const machine of of) if ((await ask(machine, { line: 'metered' })).status === 200) moved.add(machine.device);
      return moved;
    };
    const first = await moving();
    expect(first.size).toBeGreaterThan(400 * 0.05);
    expect(first.size).toBeLessThan(400 * 0.15);
    await kit.ledger.releases.setStep(id, { unit: null, percent: 30 }, NOW);
    kit.clock.value += 10_000;
    const wider = await moving();
    expect(wider.size).toBeGreaterThan(400 * 0.22);
    expect(wider.size).toBeLessThan(400 * 0.38);
    expect(first.difference(wider).size).toBe(0);
    const some = all.slice(0, 40);
    expect(await moving(some)).toEqual(wider.intersection(new Set(some.map(({ device }) => device))));
    // The step nearest to a machine is the one: a room in the middle of an exam stays out.
    await kit.ledger.releases.setStep(id, { unit: room, percent: 0 }, NOW);
    kit.clock.value += 10_000;
    expect((await moving(some)).size).toBe(0);
    await kit.ledger.releases.setStep(id, { unit: room, percent: 100 }, NOW);
    kit.clock.value += 10_000;
    expect((await moving(some)).size).toBe(40);
  }, 60_000);

  it('lets one machine of a school fetch from the server, and shows the others the way to it', async () => {
    const all = await machines(20);
    await publish('0.2.0', 100);
    const answers = await Promise.all(all.map((machine) => offered(machine)));
    const first = answers.findIndex((answer) => answer!.server);
    expect(answers.filter((answer) => answer!.server)).toHaveLength(1);
    expect(answers.every((answer) => answer!.neighbours.length === 0 && answer!.wait >= 300)).toBe(true);
    for (const [i, machine] of all.entries()) expect((await fetchFile(machine, 'bytes=0-9')).status).toBe(i === first ? 206 : 409);

    const near = '192.168.7.20:40000';
    await offered(all[first]!, { version: '0.2.0', have: SHA, near });
    const later = await Promise.all(all.filter((_, i) => i !== first).map((machine) => offered(machine)));
    expect(later.every((answer) => !answer!.server && answer!.neighbours.join() === near)).toBe(true);
    // Whoever finds no neighbour gets a turn of its own, one after the other.
    const [second, third] = all.filter((_, i) => i !== first);
    expect(await offered(second!, { alone: 'yes' })).toMatchObject({ neighbours: [], server: true });
    expect(await offered(third!, { alone: 'yes' })).toMatchObject({ neighbours: [], server: false });
    kit.clock.value += 11 * MINUTE;
    expect(await offered(third!, { alone: 'yes' }), 'a turn that is not used ends').toMatchObject({ server: true });
  });

  it('gives a machine on a metered line to its neighbours only', async () => {
    const [machine, holder] = await machines(2);
    await publish('0.2.0', 100);
    const alone = await offered(machine!, { line: 'metered' });
    expect(alone).toMatchObject({ neighbours: [], server: false });
    expect(alone!.wait).toBeGreaterThanOrEqual(3 * 3600);
    expect((await fetchFile(machine!)).status).toBe(409);
    await offered(holder!, { version: '0.2.0', have: SHA, near: '10.1.2.3:40000' });
    expect(await offered(machine!, { line: 'metered' })).toMatchObject({ neighbours: ['10.1.2.3:40000'], server: false });
  });

  it('stops offering to a machine whose frozen disk forgets the update at every boot, and starts again when it is thawed', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    let downloads = 0;
    for (let day = 0; day < 30; day++) {
      if ((await offered(machine!))?.server === true) {
        downloads++;
        await offered(machine!, { version: '0.2.0', have: SHA, near: '10.0.0.9:40000' });
      }
      kit.clock.value += DAY;
    }
    expect(downloads).toBe(2);
    expect(await kit.ledger.releases.update(machine!.device)).toMatchObject({ frozenAt: '0.1.0', returns: 2 });
    await publish('0.3.0', 100);
    expect(await offered(machine!), 'a newer release is no reason to begin anew').toBeUndefined();
    expect(await offered(machine!, { version: '0.2.0' }), 'somebody updated the image').toBeDefined();
    expect(await kit.ledger.releases.update(machine!.device)).toMatchObject({ frozenAt: null, returns: 0 });
  });

  it('bounds what a machine that never gets there may fetch', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    let offers = 0;
    for (let hour = 0; hour < 24 * 6; hour++) {
      if ((await offered(machine!))?.server === true) offers++;
      kit.clock.value += 3_600_000;
    }
    expect(offers).toBe(24);
  });

  it('is limited by address', async () => {
    const strict = await startHttp({ limits: { updates: { max: 2, windowMs: MINUTE } } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++)
        statuses.push((await strict.fetch('/api/v1/agent/update?version=0.1.0&platform=linux-x64&line=free')).status);
      expect(statuses).toEqual([401, 401, 429]);
    } finally {
      await strict.stop();
    }
  });
});

describe('GET /releases', () => {
  it('shows people what runs where, and who does not get further', async () => {
    expect((await kit.fetch('/api/v1/releases')).status).toBe(401);
    expect((await kit.fetch('/api/v1/releases/stuck')).status).toBe(401);
    await kit.ledger.users.setPassword('admin', ADMIN_PASSWORD, false);
    const cookie = await kit.login();
    const [good, bad] = await machines(2);
    const id = await publish('0.2.0', 100);
    await kit.ledger.releases.setStep(id, { unit: school, percent: 50 }, NOW);
    await offered(good!, { version: '0.2.0' });
    await offered(bad!, { failed: '0.2.0' });
    expect(await (await kit.fetch('/api/v1/releases', { cookie })).json()).toEqual({
      items: [
        {
          version: '0.2.0',
          state: 'active',
          publishedAt: '2026-11-21T08:15:00+07:00',
          platforms: ['linux-x64'],
          rings: [
            { unit: null, percent: 100 },
            { unit: 'T1', percent: 50 },
          ],
          running: 1,
          wentBack: 1,
        },
      ],
      next: null,
    });
    const stuck = (await (await kit.fetch('/api/v1/releases/stuck', { cookie })).json()) as { items: object[] };
    expect(stuck.items).toEqual([
      {
        id: bad!.device,
        name: 'Máy 1',
        version: '0.1.0',
        frozen: false,
        failed: ['0.2.0'],
        askedAt: expect.stringMatching(/\+07:00$/) as string,
      },
    ]);
  });
});

describe('GET /agent/files', () => {
  it('gives the whole file or a range of it', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    await offered(machine!);
    const whole = await fetchFile(machine!);
    expect([whole.status, whole.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Buffer.from(await whole.arrayBuffer()).equals(FILE)).toBe(true);
    const part = await fetchFile(machine!, 'bytes=99990-');
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 99990-99999/100000`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(FILE.subarray(99_990))).toBe(true);
  });

  it('knows files of releases only, and only for devices', async () => {
    const [machine] = await machines(1);
    await publish('0.2.0', 100);
    expect((await problemOf(await fetchFile(machine!))).code, 'not asked before').toBe('UPDATE_WAIT');
    await offered(machine!);
    expect((await problemOf(await fetchFile({ ...machine!, login: 'Basic x' }))).code).toBe('DEVICE_LOGIN');
    expect((await problemOf(await fetchFile(machine!, undefined, 'f'.repeat(64)))).code).toBe('NOT_FOUND');
    expect((await problemOf(await fetchFile(machine!, undefined, '..%2f..%2fledger.db'))).code).toBe('BAD_REQUEST');
  });
});
