import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPrivate, removePrivate, sharedSecret, writePrivate } from './private-file.ts';

const run = promisify(execFile);
const MODULE = fileURLToPath(new URL('private-file.ts', import.meta.url));
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-private-'));
  path = join(folder, 'secret');
});
afterEach(() => rmSync(folder, { recursive: true }));

const mode = (file: string): number => statSync(file).mode & 0o777;

describe('writePrivate', () => {
  it('writes a file only this user can read, and leaves nothing beside it', () => {
    writePrivate(path, 'một');
    expect(readPrivate(path)).toBe('một');
    expect(mode(path)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secret']);
  });
  it('makes a file private that others could read', () => {
    writeFileSync(path, 'old');
    chmodSync(path, 0o644);
    writePrivate(path, 'new');
    expect(mode(path)).toBe(0o600);
    expect(readPrivate(path)).toBe('new');
  });
  it('does not take over what a crash left beside it', () => {
    writeFileSync(`${path}.${process.pid}.new`, 'half, and far longer than the new text');
    chmodSync(`${path}.${process.pid}.new`, 0o666);
    writePrivate(path, 'new');
    expect([readPrivate(path), mode(path)]).toEqual(['new', 0o600]);
  });
  it('leaves the old file when the new one cannot be put into place', () => {
    writePrivate(path, 'old');
    expect(() => writePrivate(join(folder, 'none', 'secret'), 'new')).toThrow('ENOENT');
    expect(readPrivate(path)).toBe('old');
  });
  it('is the old or the new text, whole, after kill -9 at any moment', async () => {
    const texts = ['a'.repeat(50_000), 'b'.repeat(50_000)];
    writePrivate(path, texts[0]!);
    const script = `import { writePrivate } from ${JSON.stringify(MODULE)};
      process.stdout.write('go');
      for (let i = 0; ; i++) writePrivate(${JSON.stringify(path)}, (i % 2 ? 'a' : 'b').repeat(50_000));`;
    for (let round = 0; round < 5; round++) {
      const promise = run(process.execPath, ['--input-type=module', '-e', script]);
      await new Promise((resolve) => promise.child.stdout!.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      promise.child.kill('SIGKILL');
      await promise.catch(() => undefined);
      expect(texts).toContain(readPrivate(path));
      expect(mode(path)).toBe(0o600);
    }
  });
});

describe('readPrivate and removePrivate', () => {
  it('take a missing file for what it is', () => {
    expect(readPrivate(path)).toBeUndefined();
    expect(() => removePrivate(path)).not.toThrow();
  });
  it('do not hide other troubles', () => {
    expect(() => readPrivate(folder)).toThrow('EISDIR');
    expect(() => removePrivate(folder)).toThrow(/EISDIR|EPERM/);
  });
  it('remove', () => {
    writePrivate(path, 'x');
    removePrivate(path);
    expect(existsSync(path)).toBe(false);
  });
});

describe('sharedSecret', () => {
  it('is 256 random bits, the same for everybody who asks, private', () => {
    const secret = sharedSecret(path);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(sharedSecret(path)).toBe(secret);
    expect(mode(path)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secret']);
    expect(sharedSecret(join(folder, 'other'))).not.toBe(secret);
  });
  it('is never empty: a file that a crash left empty is filled', () => {
    writeFileSync(path, '');
    const secret = sharedSecret(path);
    expect(secret).toHaveLength(43);
    expect(sharedSecret(path)).toBe(secret);
  });
  it('is private again when a backup brought it back with other rights', () => {
    const secret = sharedSecret(path);
    chmodSync(path, 0o644);
    expect(sharedSecret(path)).toBe(secret);
    expect(mode(path)).toBe(0o600);
  });
  it('is one for processes that start together', async () => {
    const script = `import { sharedSecret } from ${JSON.stringify(MODULE)}; process.stdout.write(sharedSecret(${JSON.stringify(path)}));`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', script])));
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    expect(answers[0]!.stdout).toHaveLength(43);
  });
});
