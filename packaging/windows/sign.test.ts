import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signExecutable } from './sign.ts';

const { NtExecutable } = createRequire(import.meta.url)('resedit') as { NtExecutable: { createEmpty(): { generate(): ArrayBuffer } } };

let folder: string;
const at = (name: string): string => join(folder, name);
const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

/** A certificate for code signing of our own making. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-sign-'));
  const subject = ['-subj', '/CN=labwatch test', '-days', '2', '-addext', 'extendedKeyUsage=codeSigning'];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'certificate.pem', ...subject);
  openssl('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'certificate.pem', '-passout', 'pass:a password', '-out', 'identity.p12');
  writeFileSync(at('password'), 'a password');
  writeFileSync(at('wrong'), 'another');
  writeFileSync(at('agent.exe'), Buffer.from(NtExecutable.createEmpty().generate()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const verify = (): number | null => spawnSync('osslsigncode', ['verify', '-in', at('agent.exe'), '-CAfile', at('certificate.pem')]).status;

test('an executable is signed with a certificate, and one that is changed afterwards is found out', () => {
  const identity = { file: at('identity.p12'), timestamp: undefined };
  expect(verify()).not.toBe(0);
  expect(() => signExecutable(at('agent.exe'), { ...identity, passwordFile: at('wrong') })).toThrow('osslsigncode');
  expect(verify()).not.toBe(0);
  signExecutable(at('agent.exe'), { ...identity, passwordFile: at('password') });
  expect(verify()).toBe(0);
  execFileSync('dd', ['if=/dev/zero', `of=${at('agent.exe')}`, 'bs=1', 'seek=200', 'count=1', 'conv=notrunc'], { stdio: 'ignore' });
  execFileSync('dd', ['if=/dev/urandom', `of=${at('agent.exe')}`, 'bs=1', 'seek=300', 'count=16', 'conv=notrunc'], { stdio: 'ignore' });
  expect(verify()).not.toBe(0);
});
