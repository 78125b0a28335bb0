import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleAgent } from './bundle.ts';
import { checksumsAreSigned, checksumsOf, signChecksums, signingKey } from './checksums.ts';
import { buildDeb } from './deb.ts';
import { buildExecutable } from './executable.ts';
import { verifyIntegrity } from './node-binary.ts';
import { executableName, PLATFORMS } from './platforms.ts';
import { sbom } from './sbom.ts';
import { fourNumbers, withPolicy } from './windows/resources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-packaging-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const here = PLATFORMS.find(({ name }) => name === `linux-${process.arch}`)!;

test('the same sources give the same bytes, wherever they are built', async () => {
  const hashes = [];
  for (const place of ['a', 'another/deeper']) {
    const cache = join(folder, place);
    mkdirSync(cache, { recursive: true });
    const output = join(cache, 'agent');
    buildExecutable({ platform: here, bundle: await bundleAgent(), output, cache });
    hashes.push(sha256(output));
    rmSync(output);
  }
  expect(hashes[0]).toBe(hashes[1]);
});

test('a Debian package is the same twice, and holds what it says', () => {
  const executable = join(folder, 'program');
  writeFileSync(executable, '#!/bin/sh\necho "labwatch-agent 9.9.9"\n', { mode: 0o755 });
  const [one, two] = ['one.deb', 'two.deb'].map((name) => join(folder, name)) as [string, string];
  for (const output of [one, two]) buildDeb({ executable, version: '9.9.9-rc1', architecture: 'amd64', output, cache: folder });
  expect(sha256(one)).toBe(sha256(two));
  expect(execFileSync('dpkg-deb', ['--info', one], { encoding: 'utf8' })).toMatch(/Version: 9\.9\.9~rc1[\s\S]*Architecture: amd64/);
  const listed = execFileSync('dpkg-deb', ['--contents', one], { encoding: 'utf8' });
  expect(listed).toMatch(/^-rwxr-xr-x root\/root .* \.\/usr\/lib\/labwatch\/labwatch-agent$/m);
  expect(listed).toMatch(/^drwx------ root\/root .* \.\/etc\/labwatch\/setup\/$/m);
  const out = join(folder, 'extracted');
  execFileSync('dpkg-deb', ['--raw-extract', one, out]);
  expect(execFileSync(join(out, 'usr/lib/labwatch/labwatch-agent'), { encoding: 'utf8' })).toBe('labwatch-agent 9.9.9\n');
  for (const script of ['postinst', 'prerm', 'postrm']) execFileSync('sh', ['-n', join(out, 'DEBIAN', script)]);
  // Without a token nothing is installed, and it says what to do.
  expect(
    execFileSync('sh', [join(out, 'DEBIAN/postinst'), 'configure'], { encoding: 'utf8', env: { PATH: process.env['PATH'] } }),
  ).toContain('labwatch-token.txt');
});

test('the bill of materials names what is bundled and Node, and nothing else', async () => {
  const { packages } = await bundleAgent();
  const bill = JSON.parse(sbom('x', '1.0.0', packages, here.node)) as { components: { name: string; purl: string; hashes: unknown[] }[] };
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual([...packages, here.node].toSorted());
  expect(names).toContain('mqtt');
  expect(names).not.toContain('vitest');
  for (const { hashes, purl } of bill.components)
    expect([purl, hashes]).toEqual([expect.stringMatching(/^pkg:npm\/.+@\d/), [expect.anything()]]);
  expect(() => sbom('x', '1.0.0', ['no-such-package'], here.node)).toThrow('no-such-package');
});

test('the sums can be checked by sha256sum and openssl, and no other key will do', () => {
  const file = join(folder, 'a file');
  writeFileSync(file, 'abc');
  const sums = checksumsOf([file]);
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' })).toBe('a file: OK\n');
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  const signature = signChecksums(sums, signingKey(pair.privateKey));
  writeFileSync(join(folder, 'sig'), signature);
  writeFileSync(join(folder, 'pub'), pair.publicKey);
  const words = ['pkeyutl', '-verify', '-pubin', '-inkey', 'pub', '-rawin', '-in', 'SHA256SUMS', '-sigfile', 'sig'];
  expect(execFileSync('openssl', words, { cwd: folder, encoding: 'utf8' })).toContain('Verified Successfully');
  expect(checksumsAreSigned(sums, signature, pair.publicKey)).toBe(true);
  expect(checksumsAreSigned(`${sums} `, signature, pair.publicKey)).toBe(false);
  expect(checksumsAreSigned(sums, signature, other)).toBe(false);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  expect(() => signingKey(rsa)).toThrow('Ed25519');
});

test('what npm fetched must be what the lock file names', () => {
  const file = join(folder, 'archive');
  writeFileSync(file, 'abc');
  const right = `sha512-${createHash('sha512').update('abc').digest('base64')}`;
  expect(() => verifyIntegrity(file, right)).not.toThrow();
  expect(() => verifyIntegrity(file, right.replace('sha512-', 'sha512-A'))).toThrow('not what package-lock.json names');
  expect(() => verifyIntegrity(file, right.replace('sha512', 'md5'))).toThrow('not what package-lock.json names');
});

test('names, numbers and the manifest of Windows', () => {
  expect(
    executableName(
      '1.2.3',
      PLATFORMS.find(({ name }) => name === 'win-x64')!,
    ),
  ).toBe('labwatch-agent-1.2.3-win-x64.exe');
  expect(fourNumbers('1.2.3-rc.1')).toEqual([1, 2, 3, 0]);
  expect(withPolicy('<assembly></assembly>')).toMatch(/^<assembly><application.*>detached<.*<\/application><\/assembly>$/);
  expect(() => withPolicy('<nothing/>')).toThrow('manifest');
});

test('the scripts of the installers are sound', () => {
  const installers = join(import.meta.dirname, 'installers');
  execFileSync('sh', ['-n', join(installers, 'install.sh')]);
  for (const name of ['install.sh', 'install.ps1']) expect(readFileSync(join(installers, name), 'utf8')).not.toMatch(/--token\b/);
});
