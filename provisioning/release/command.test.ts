import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReleaseManifest } from '../../protocol/release.ts';
import { releaseFolder } from '../../runtime/release-files.ts';
import { Desk, NOW } from '../testing.ts';
import { releaseCommand } from './command.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('labwatch release', () => {
  let desk: Desk;
  let dist: string;
  let key: string;
  beforeEach(async () => {
    desk = new Desk(releaseCommand);
    await desk.plant();
    dist = join(desk.home, 'dist');
    key = join(desk.home, 'release-key.pem');
    mkdirSync(dist);
    writeFileSync(join(dist, 'labwatch-agent-linux-x64'), 'linux '.repeat(1000));
    writeFileSync(join(dist, 'labwatch-agent-win-x64.exe'), 'windows '.repeat(1000));
    writeFileSync(join(dist, 'labwatch-agent-0.1.0-linux-x64'), 'of the release before');
    writeFileSync(join(dist, 'labwatch-agent-0.2.0-linux-x64.tar.gz'), 'an archive');
    writeFileSync(join(dist, 'SHA256SUMS'), 'sums');
    await desk.run('keygen', '--out', key);
  });
  afterEach(() => desk.clear());
  const publish = (version = '0.2.0', ...more: string[]) => desk.run('publish', '--key', key, '--dir', dist, '--version', version, ...more);
  const releases = () => desk.ledger((ledger) => ledger.releases.list());

  it('keygen makes a pair, the private one for its owner alone, and never replaces one', async () => {
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(createPublicKey(readFileSync(`${key}.pub`)).asymmetricKeyType).toBe('ed25519');
    const before = readFileSync(key, 'utf8');
    expect((await desk.run('keygen', '--out', key)).error?.code).toBe('RELEASE_KEY_EXISTS');
    rmSync(`${key}.pub`);
    expect((await desk.run('keygen', '--out', key)).error?.code).toBe('RELEASE_KEY_EXISTS');
    expect(readFileSync(key, 'utf8')).toBe(before);
    const second = await desk.run('keygen', '--out', join(desk.home, 'second.pem'));
    expect(second.out).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    expect(second.out + second.notes).not.toContain('PRIVATE KEY-----');
  });

  it('publish puts packed executables and a signed manifest into the store; nobody gets it yet', async () => {
    expect(await publish()).toMatchObject({ code: 0 });
    const [release] = await releases();
    expect(release).toMatchObject({ version: '0.2.0', state: 'active', steps: [], publishedAt: NOW });
    const manifest = JSON.parse(release!.manifest) as ReleaseManifest;
    expect(Value.Check(ReleaseManifest, manifest)).toBe(true);
    expect(manifest.files.map(({ platform }) => platform)).toEqual(['linux-x64', 'win-x64']);
    for (const { size, sha256: whole, packed } of manifest.files) {
      const bytes = readFileSync(join(releaseFolder(desk.home), packed.sha256));
      expect([bytes.length, sha256(bytes)]).toEqual([packed.size, packed.sha256]);
      const plain = zstdDecompressSync(bytes);
      expect([plain.length, sha256(plain)]).toEqual([size, whole]);
    }
    const signature = Buffer.from(release!.signatures[0]!, 'base64url');
    const pub = createPublicKey(readFileSync(`${key}.pub`));
    expect(verify(null, Buffer.from(release!.manifest), pub, signature)).toBe(true);
    expect(verify(null, Buffer.from(release!.manifest.replace('0.2.0', '0.2.1')), pub, signature)).toBe(false);
    expect(readdirSync(releaseFolder(desk.home)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('publish signs with several keys and names the next one while keys change', async () => {
    const next = join(desk.home, 'next.pem');
    await desk.run('keygen', '--out', next);
    const said = await desk.run('publish', '--key', `${key},${next}`, '--dir', dist, '--version', '0.3.0', '--next-key', `${next}.pub`);
    expect(said.error).toBeUndefined();
    const [release] = await releases();
    expect(release!.signatures).toHaveLength(2);
    const manifest = JSON.parse(release!.manifest) as ReleaseManifest;
    expect(manifest.nextKey).toBe(readFileSync(`${next}.pub`, 'utf8'));
    expect(Value.Check(ReleaseManifest, manifest)).toBe(true);
  });

  it('publish says what is missing or wrong, and leaves nothing behind', async () => {
    const codes = async (...words: string[]) => (await desk.run('publish', ...words)).error?.code;
    const other = desk.file('other.pem', 'no key');
    expect(await codes('--dir', dist, '--version', '0.2.0')).toBe('COMMAND_FLAG_MISSING');
    expect(await codes('--key', key, '--dir', dist)).toBe('COMMAND_FLAG_MISSING');
    expect(await codes('--key', key, '--dir', dist, '--version', 'latest')).toBe('CONFIG_BAD_VALUE');
    expect(await codes('--key', other, '--dir', dist, '--version', '0.2.0')).toBe('RELEASE_KEY');
    expect(await codes('--key', `${key}.none`, '--dir', dist, '--version', '0.2.0')).toBe('RELEASE_KEY');
    expect(await codes('--key', key, '--dir', desk.home, '--version', '0.2.0')).toBe('RELEASE_NO_FILES');
    expect(await codes('--key', key, '--dir', join(dist, 'none'), '--version', '0.2.0')).toBe('RELEASE_FILE');
    expect(await releases()).toEqual([]);
    await publish();
    expect((await publish()).error?.code).toBe('RELEASE_EXISTS');
  });

  it('publish takes the executables of its version where several lie in one folder', async () => {
    rmSync(join(dist, 'labwatch-agent-linux-x64'));
    writeFileSync(join(dist, 'labwatch-agent-0.2.0-linux-x64'), 'this one');
    await publish();
    const { files } = JSON.parse((await releases())[0]!.manifest) as ReleaseManifest;
    expect(files.find(({ platform }) => platform === 'linux-x64')).toMatchObject({ size: 'this one'.length });
    writeFileSync(join(dist, 'labwatch-agent-linux-x64'), 'and that one');
    expect((await publish('0.2.0')).error?.code).toBe('RELEASE_FILE');
  });

  it('ring, pause and resume say who gets it', async () => {
    await publish();
    expect(await desk.run('ring', '0.2.0', '--percent', '10')).toMatchObject({ code: 0 });
    expect(await desk.run('ring', '0.2.0', '--percent', '100', '--unit', 'P1')).toMatchObject({ code: 0 });
    expect((await desk.run('ring', '0.2.0', '--percent', '101')).error?.code).toBe('CONFIG_BAD_VALUE');
    expect((await desk.run('ring', '0.2.0')).error?.code).toBe('COMMAND_FLAG_MISSING');
    expect((await desk.run('ring', '0.2.0', '--percent', '1', '--unit', 'none')).error?.code).toBe('UNIT_NOT_FOUND');
    expect((await desk.run('ring', '9.9.9', '--percent', '1')).error?.code).toBe('RELEASE_NOT_FOUND');
    await desk.run('pause', '0.2.0');
    const [item] = JSON.parse((await desk.run('list', '--json')).out) as object[];
    expect(item).toMatchObject({
      version: '0.2.0',
      state: 'paused',
      platforms: ['linux-x64', 'win-x64'],
      rings: [
        { unit: null, percent: 10 },
        { unit: 'P1', percent: 100 },
      ],
      running: 0,
    });
    await desk.run('resume', '0.2.0');
    desk.language = 'vi';
    expect((await desk.run('list')).out).toMatch(/0\.2\.0 +đang đưa .*\* 10 %, P1 100 %/);
    expect((await desk.ledger((ledger) => ledger.audit.list(9))).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['release-published', 'release-ring:10%:*', 'release-ring:100%:P1', 'release-paused', 'release-active']),
    );
  });

  it('stuck shows frozen machines and those that went back; retry forgets it', async () => {
    await desk.ledger(async (ledger) => {
      const unit = (await ledger.units.byCode('P1'))!.id;
      const { text } = await ledger.credentials.createToken({ unit, class: 'pc-student', expiresAt: NOW + 1000, maxUses: 9, at: NOW });
      for (const [n, progress] of [
        { frozenAt: '0.1.0', failed: [] },
        { frozenAt: null, failed: ['0.2.0'] },
        { frozenAt: null, failed: [] },
      ].entries()) {
        const fingerprint = { macs: [`00:1b:21:00:00:0${n}`], disks: [] };
        const outcome = await ledger.credentials.enrol({ token: text, fingerprint, name: `Máy 0${n}`, at: NOW });
        if (outcome.outcome === 'refused') throw new Error(outcome.reason);
        const { device } = outcome;
        const none = { have: null, near: null, offered: null, offers: 0, day: 0, offersToday: 0, returns: 0 };
        await ledger.releases.saveUpdate({ device, askedAt: NOW, version: '0.1.0', platform: 'linux-x64', ...none, ...progress });
      }
    });
    const stuck = async () =>
      JSON.parse((await desk.run('stuck', '--json')).out) as { device: string; frozen: boolean; failed: string[] }[];
    const found = await stuck();
    expect(found).toHaveLength(2);
    expect(found.find(({ frozen }) => frozen)?.failed).toEqual([]);
    expect(found.find(({ frozen }) => !frozen)?.failed).toEqual(['0.2.0']);
    desk.language = 'vi';
    expect((await desk.run('stuck')).out).toMatch(/đóng băng/);
    for (const { device } of found) expect((await desk.run('retry', device)).code).toBe(0);
    expect(await stuck()).toEqual([]);
    expect((await desk.run('retry', found[0]!.device)).error?.code).toBe('RELEASE_DEVICE');
  });
});
