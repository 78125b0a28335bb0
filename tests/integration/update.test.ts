import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { download } from '../../agent/update/download.ts';
import { peerPath, PeerServer } from '../../agent/update/peer-server.ts';
import { releaseFolder } from '../../runtime/release-files.ts';
import { type Machine, script, UpdateSchool } from '../test-kit/update-school.ts';

const DAY = 86_400_000;

let school: UpdateSchool;
beforeEach(async () => {
  school = new UpdateSchool();
  await school.start();
});
afterEach(() => school.stop());

const packed = (): { path: string; sha256: string; size: number } => {
  const [sha256] = readdirSync(releaseFolder(school.home));
  const path = join(releaseFolder(school.home), sha256!);
  return { path, sha256: sha256!, size: statSync(path).size };
};
/** Nothing has changed on the machine, and nothing lies about. */
function untouched(machine: Machine, before: string): void {
  expect(readFileSync(machine.places.executable, 'utf8')).toBe(before);
  expect(machine.beside()).toEqual([]);
}

describe('an update', () => {
  test('goes all the way: fetched, proved, in place, the old one kept; and then there is nothing more', async () => {
    const machine = await school.machine('0.1.0');
    const before = readFileSync(machine.places.executable, 'utf8');
    expect(await machine.look()).toEqual({ is: 'current' });
    const text = script('0.2.0');
    await school.publish('0.2.0', text);
    expect(await machine.look()).toEqual({ is: 'restart', release: '0.2.0' });
    expect(readFileSync(machine.places.executable, 'utf8')).toBe(text);
    expect(statSync(machine.places.executable).mode & 0o777).toBe(0o755);
    expect(readFileSync(machine.places.old, 'utf8')).toBe(before);
    expect(machine.beside()).toEqual(['old']);
    expect(await machine.look()).toEqual({ is: 'current' });
    expect((await school.ledger.releases.update(machine.device))?.version).toBe('0.2.0');
  });

  test('is refused when its signature is not by a key of this machine, whatever the server says', async () => {
    const machine = await school.machine();
    const before = readFileSync(machine.places.executable, 'utf8');
    const other = join(school.root, 'other.pem');
    await school.release('keygen', '--out', other);
    await school.publish('0.2.0', undefined, { keys: [other] });
    expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'signature' });
    expect(school.weather.files, 'nothing is fetched for it').toBe(0);
    untouched(machine, before);
    // A manifest that was changed on the server, under the signature of the true one.
    await school.publish('0.3.0');
    const list = school.ledger.releases.list.bind(school.ledger.releases);
    school.ledger.releases.list = async () =>
      (await list()).map((release) => Object.assign({}, release, { manifest: release.manifest.replace(/"size":\d+/, '"size":7') }));
    school.now += 10_000;
    expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'signature' });
    untouched(machine, before);
  });

  test('never goes down and never to the same, also when the server shows a release that was truly signed', async () => {
    const machine = await school.machine('0.2.0');
    const before = readFileSync(machine.places.executable, 'utf8');
    for (const version of ['0.1.0', '0.2.0']) {
      await school.publish(version);
      expect(await machine.look(), 'an honest server').toEqual({ is: 'current' });
      const release = (await school.ledger.releases.list()).find((each) => each.version === version);
      const answer = { manifest: release!.manifest, signatures: release!.signatures, neighbours: [], server: true, wait: 1 };
      const liar = createServer((_request, response) => response.end(JSON.stringify(answer)));
      await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
      const url = new URL(`http://127.0.0.1:${(liar.address() as AddressInfo).port}`);
      expect(await machine.look(url)).toMatchObject({ is: 'failed', reason: 'downgrade' });
      liar.close();
    }
    untouched(machine, before);
  });

  test('is no failure while the server cannot be asked', async () => {
    const machine = await school.machine();
    expect(await machine.look(new URL('http://127.0.0.1:1'))).toEqual({ is: 'wait', seconds: 3600 });
    const busy = createServer((_request, response) => response.writeHead(429, { 'retry-after': '90' }).end());
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    expect(await machine.look(new URL(`http://127.0.0.1:${(busy.address() as AddressInfo).port}`))).toEqual({ is: 'wait', seconds: 90 });
    busy.close();
    await school.ledger.devices.revoke(machine.device, school.now);
    expect(await machine.look()).toEqual({ is: 'wait', seconds: 3600 });
    const odd = createServer((_request, response) => response.end('{"manifest":7}'));
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    expect(await machine.look(new URL(`http://127.0.0.1:${(odd.address() as AddressInfo).port}`))).toMatchObject({
      is: 'failed',
      reason: 'download',
    });
    odd.close();
    expect(machine.memory.state.bad).toEqual([]);
  });

  test('that is cut off goes on where it was', async () => {
    const machine = await school.machine();
    const before = readFileSync(machine.places.executable, 'utf8');
    await school.publish('0.2.0', script('0.2.0', undefined, 2_000_000));
    const { size } = packed();
    expect(size).toBeGreaterThan(1_500_000);
    school.weather.cutAfter = 1_200_000;
    expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'download' });
    untouched(machine, before);
    school.weather.cutAfter = Infinity;
    school.now += DAY;
    expect(await machine.look()).toMatchObject({ is: 'restart' });
    expect(school.weather.bytes).toBeLessThanOrEqual(size + 1_048_576);
  });

  test('whose file is shorter or another one on the server changes nothing', async () => {
    const machine = await school.machine();
    const before = readFileSync(machine.places.executable, 'utf8');
    await school.publish('0.2.0');
    const { path, size } = packed();
    const good = readFileSync(path);
    truncateSync(path, size - 1000);
    expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'download' });
    untouched(machine, before);
    const bad = Buffer.from(good);
    bad[size >> 1]! ^= 1;
    writeFileSync(path, bad);
    school.now += DAY;
    expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'corrupt' });
    untouched(machine, before);
    expect(readdirSync(machine.data).filter((name) => name.endsWith('.zst'))).toEqual([]);
    writeFileSync(path, good);
    school.now += DAY;
    expect(await machine.look(), 'once it is mended it comes').toMatchObject({ is: 'restart' });
  });

  test('that does not run here, or is another version than was signed, changes nothing and is tried three days', async () => {
    const machine = await school.machine();
    const before = readFileSync(machine.places.executable, 'utf8');
    const wrong: [string, string][] = [
      ['0.2.0', script('0.2.0', 'exit 70')],
      ['0.2.1', script('0.1.9')],
      ['0.2.2', '\u007fELF no program for this machine'],
      ['0.2.3', script('0.2.3', 'kill -SEGV $$')],
      ['0.2.4', script('0.2.4', `echo '{"version":"0.2.4","ok":false,"why":"no SQLite"}'`)],
    ];
    for (const [version, text] of wrong) {
      await school.publish(version, text);
      expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'preflight', release: version });
      untouched(machine, before);
    }
    const { bytes } = school.weather;
    for (const [version] of wrong.slice(0, -1)) await school.release('pause', version);
    expect(await machine.look(), 'not twice a day').toEqual({ is: 'current' });
    for (let day = 0; day < 10; day++) {
      school.now += DAY;
      await machine.look();
    }
    expect(machine.memory.state.bad.find(({ release }) => release === '0.2.4')?.times).toBe(3);
    expect(school.weather.bytes, 'and not fetched again for it').toBe(bytes);
  });

  test('waits while the line costs money, unless a neighbour has it', async () => {
    const [machine, wired] = [await school.machine(), await school.machine()];
    machine.line = { cost: 'metered', address: '127.0.0.1' };
    await school.publish('0.2.0');
    expect(await machine.look()).toMatchObject({ is: 'wait' });
    expect(school.weather.files).toBe(0);
    expect(await wired.look()).toMatchObject({ is: 'restart' });
    await wired.look();
    const { bytes } = school.weather;
    expect(await machine.look()).toMatchObject({ is: 'restart' });
    expect(school.weather.bytes).toBe(bytes);
    const third = await school.machine();
    third.line = machine.line;
    third.options = { meteredToo: true };
    await wired.stop();
    await machine.stop();
    expect(await third.look(), 'where it is allowed').toMatchObject({ is: 'restart' });
    expect(school.weather.bytes).toBeGreaterThan(bytes);
  });

  test('can change the key: the next one counts once the release that brought it has proved itself', async () => {
    const machine = await school.machine();
    const next = join(school.root, 'next.pem');
    await school.release('keygen', '--out', next);
    await school.publish('0.3.0', undefined, { keys: [next], percent: 0 });
    await school.publish('0.2.0', undefined, { more: ['--next-key', `${next}.pub`] });
    expect(await machine.look()).toEqual({ is: 'restart', release: '0.2.0' });
    await school.release('ring', '0.3.0', '--percent', '100');
    expect(await machine.look()).toEqual({ is: 'restart', release: '0.3.0' });
    const other = await school.machine();
    expect(await other.look(), 'a machine that never had 0.2.0').toMatchObject({ is: 'failed', reason: 'signature' });
  });
});

describe('a school', () => {
  test('fetches a release once: twenty machines, one download from the server, the rest from each other', async () => {
    const machines: Machine[] = [];
    for (let i = 0; i < 20; i++) machines.push(await school.machine());
    await school.publish('0.2.0');
    const { size } = packed();
    const first = await Promise.all(machines.map((machine) => machine.look()));
    expect(first.filter(({ is }) => is === 'restart')).toHaveLength(1);
    expect(first.filter(({ is }) => is === 'wait')).toHaveLength(19);
    for (let round = 0; round < 10 && machines.some(({ version }) => version !== '0.2.0'); round++) {
      school.now += 360_000;
      await Promise.all(machines.map((machine) => machine.look()));
    }
    expect(machines.map(({ version }) => version)).toEqual(machines.map(() => '0.2.0'));
    expect(school.weather.bytes).toBe(size);
  }, 60_000);

  test('passes a neighbour over that gives something else, and one that is gone', async () => {
    const [liar, machine] = [await school.machine(), await school.machine()];
    await school.publish('0.2.0');
    const { size, sha256, path } = packed();
    await liar.look();
    await liar.look();
    const before = school.weather.bytes;
    // What it shares is spoilt on its disk after it was proved.
    const cached = readFileSync(path);
    cached[10]! ^= 1;
    writeFileSync(liar.memory.packed(sha256), cached);
    expect(await machine.look()).toEqual({ is: 'restart', release: '0.2.0' });
    expect(school.weather.bytes - before).toBe(size);
    const third = await school.machine();
    await liar.stop();
    await machine.stop();
    expect(await third.look()).toEqual({ is: 'restart', release: '0.2.0' });
  });

  test('opens rings: only the machines of the ring move, and later all', async () => {
    const machines: Machine[] = [];
    for (let i = 0; i < 16; i++) machines.push(await school.machine());
    await school.publish('0.2.0', undefined, { percent: 30 });
    const rounds = async (): Promise<string[]> => {
      for (let round = 0; round < 4; round++) {
        for (const machine of machines) await machine.look();
        school.now += 660_000;
      }
      return machines.filter(({ version }) => version === '0.2.0').map(({ device }) => device);
    };
    const moved = await rounds();
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.length).toBeLessThan(16);
    expect(await rounds()).toEqual(moved);
    await school.release('ring', '0.2.0', '--percent', '100');
    expect((await rounds()).length).toBe(16);
  }, 60_000);
});

test('a frozen machine that forgets everything at every boot fetches twice in a month and is listed', async () => {
  const machine = await school.machine();
  await school.publish('0.2.0');
  const { size } = packed();
  const image = join(school.root, 'image');
  cpSync(machine.folder, image, { recursive: true });
  let restarts = 0;
  for (let day = 0; day < 30; day++) {
    await machine.stop();
    rmSync(machine.folder, { recursive: true });
    cpSync(image, machine.folder, { recursive: true });
    if ((await machine.look()).is === 'restart') restarts++;
    await machine.look();
    school.now += DAY;
  }
  expect(restarts).toBe(2);
  expect(school.weather.bytes).toBe(2 * size);
  expect(await school.ledger.releases.update(machine.device)).toMatchObject({ frozenAt: '0.1.0' });
});

describe('a disk that is really full', () => {
  const probe = '/proc/self/mounts';
  const canMount =
    process.getuid?.() === 0 && existsSync(probe) && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  if (!canMount) process.stderr.write('SKIPPED: a disk that is really full needs root and mount\n');

  test.skipIf(!canMount)('ends a download without leaving half of it, and an update before it begins', async () => {
    const machine = await school.machine();
    const before = readFileSync(machine.places.executable, 'utf8');
    await school.publish('0.2.0');
    const { size, sha256, path } = packed();
    mkdirSync(machine.data, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', machine.data]);
    try {
      expect(await machine.look()).toMatchObject({ is: 'failed', reason: 'disk_full' });
      untouched(machine, before);
      // Somebody else fills the disk while it runs.
      const peer = await PeerServer.start({ path, sha256, size, address: '127.0.0.1', port: 0 });
      const source = {
        url: new URL(`http://${peer.near}${peerPath(sha256)}`),
        ca: undefined,
        headers: {},
        rate: Infinity,
        rangeMs: 30_000,
      };
      const parcel = { sha256, size, path: join(machine.data, 'part'), spare: -10_000_000 };
      await expect(download(source, parcel)).rejects.toMatchObject({ reason: 'disk_full' });
      expect(existsSync(parcel.path)).toBe(false);
      await peer.stop();
    } finally {
      await machine.stop();
      execFileSync('umount', [machine.data]);
    }
    school.now += DAY;
    expect(await machine.look(), 'when there is room it comes').toMatchObject({ is: 'restart' });
  });
});
