import { describe, expect, it } from 'vitest';
import { hashPassword, hashSecret, matchesPassword, matchesSecret, newSecret } from './secrets.ts';

describe('secrets', () => {
  it('are 256 random bits, kept as their SHA-256', () => {
    const [one, two] = [newSecret(), newSecret()];
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(one).not.toBe(two);
    // FIPS 180-4, example "abc".
    expect(Buffer.from(hashSecret('abc')).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(matchesSecret(one, hashSecret(one))).toBe(true);
    expect(matchesSecret(two, hashSecret(one))).toBe(false);
    expect(matchesSecret(one, undefined)).toBe(false);
  });
});

describe('passwords', () => {
  it('are salted, carry their cost, and match themselves alone', async () => {
    const [one, two] = await Promise.all([hashPassword('mật khẩu dài'), hashPassword('mật khẩu dài')]);
    expect(one).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(two);
    expect(await matchesPassword('mật khẩu dài', one)).toBe(true);
    expect(await matchesPassword('mật khẩu dài'.normalize('NFD'), one)).toBe(true);
    expect(await matchesPassword('mật khẩu dàI', one)).toBe(false);
    expect(await matchesPassword('', one)).toBe(false);
  });

  it('of nobody match nothing and cost as much', async () => {
    const real = await hashPassword('something long');
    const time = async (hash: string | undefined): Promise<number> => {
      const begin = process.cpuUsage();
      expect(await matchesPassword('wrong password', hash)).toBe(false);
      const { user, system } = process.cpuUsage(begin);
      return user + system;
    };
    // Processor time, not the clock on the wall: a busy machine changes nothing. Far apart enough never to be chance.
    expect(await time(undefined)).toBeGreaterThan((await time(real)) / 4);
  });

  it('with a broken hash match nothing', async () => {
    for (const hash of ['', 'plain', 'bcrypt$1$2$3$4$5']) expect(await matchesPassword('', hash)).toBe(false);
  });
});
