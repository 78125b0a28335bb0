import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type Ledger } from '../../ledger/index.ts';
import { FirstPassword, readablePassword } from './first-password.ts';

let home: string;
let ledger: Ledger;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'labwatch-first-'));
  ledger = await openLedger(home);
});
afterEach(async () => {
  await ledger.close();
  rmSync(home, { recursive: true });
});
const file = () => join(home, 'first-password');
const prepared = async () => {
  const first = new FirstPassword(ledger.users, home);
  await first.prepare();
  return first;
};

describe('the first password', () => {
  it('opens the door, is kept in a private file, and must be changed', async () => {
    const first = await prepared();
    expect(readFileSync(file(), 'utf8')).toBe(`${first.current}\n`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(await ledger.users.verify('admin', first.current!)).toMatchObject({ role: 'admin', mustChangePassword: true });
  });

  it('survives a restart before it is changed', async () => {
    const before = await prepared();
    expect((await prepared()).current).toBe(before.current);
    expect(await ledger.users.list()).toHaveLength(1);
  });

  it('survives a crash between the file and the user', async () => {
    writeFileSync(file(), 'abcde-fghjk-mnpqr-stuvw\n', { mode: 0o600 });
    const first = await prepared();
    expect(first.current).toBe('abcde-fghjk-mnpqr-stuvw');
    expect(await ledger.users.verify('admin', 'abcde-fghjk-mnpqr-stuvw')).toBeDefined();
  });

  it('is made again when a crash left only the beginning of it', async () => {
    writeFileSync(file(), 'abc', { mode: 0o600 });
    const { current } = await prepared();
    expect(await ledger.users.verify('admin', current!)).toBeDefined();
  });

  it('is forgotten once changed', async () => {
    const first = await prepared();
    first.changed('somebody else');
    expect(first.current).toBeDefined();
    first.changed('admin');
    expect([first.current, existsSync(file())]).toEqual([undefined, false]);
  });

  it('is forgotten at the next start when it was changed elsewhere', async () => {
    await prepared();
    await ledger.users.setPassword('admin', 'mot mat khau khac', false);
    expect([(await prepared()).current, existsSync(file())]).toEqual([undefined, false]);
  });

  it('is not made when there are users already', async () => {
    await ledger.users.add({ name: 'lan', role: 'admin', password: 'mat khau cua lan', mustChangePassword: false });
    expect([(await prepared()).current, existsSync(file())]).toEqual([undefined, false]);
  });

  it('is one for two programs that start at once', async () => {
    const [one, other] = await Promise.all([prepared(), prepared()]);
    const current = one.current ?? other.current;
    expect(await ledger.users.list()).toHaveLength(1);
    expect(await ledger.users.verify('admin', current!)).toBeDefined();
    expect(readFileSync(file(), 'utf8').trim()).toBe(current);
  });

  it('is readable aloud, and never the same', () => {
    const made = new Set(Array.from({ length: 200 }, readablePassword));
    expect(made.size).toBe(200);
    for (const password of made) expect(password).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
  });
});
