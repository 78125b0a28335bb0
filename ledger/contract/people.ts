import { describe, expect, it } from 'vitest';
import { HOUR, NOW, refused, withLedger, type Open } from './fixtures.ts';

const PASSWORD = 'mười hai con mèo';

/** Users, sessions, API tokens and the audit log. */
export function peopleContract(open: Open): void {
  const user = { name: 'Cô.Lan', role: 'admin', password: PASSWORD, mustChangePassword: true } as const;

  describe('users', () => {
    it('are added once, whatever the capitals', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        expect(added).toEqual({ id: expect.stringMatching(/^[a-z0-9]{26}$/), name: 'Cô.Lan', role: 'admin', mustChangePassword: true });
        await refused(users.add({ ...user, name: 'cô.lan'.normalize('NFD') }), 'NAME_TAKEN');
        await refused(users.add({ ...user, name: 'b', password: '123456789' }), 'PASSWORD_TOO_SHORT');
        await refused(users.add({ ...user, name: 'b', password: 'x'.repeat(201) }), 'PASSWORD_TOO_LONG');
        await refused(users.add({ ...user, name: '' }), 'NAME_NOT_ALLOWED');
        await refused(users.add({ ...user, name: 'a b' }), 'NAME_NOT_ALLOWED');
        expect(await users.list()).toEqual([added]);
      }));

    it('are known by name and password, however the letters were typed', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        expect(await users.verify('cô.LAN', PASSWORD)).toEqual(added);
        expect(await users.verify('Cô.Lan'.normalize('NFD'), PASSWORD.normalize('NFD'))).toEqual(added);
        expect(await users.verify('Cô.Lan', `${PASSWORD} `)).toBeUndefined();
        expect(await users.verify('nobody', PASSWORD)).toBeUndefined();
        expect(await users.verify('', '')).toBeUndefined();
      }));

    it('have sessions that end', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        const value = await users.openSession(added.id, NOW, HOUR);
        expect(value).toMatch(/^[\w-]{43}$/);
        expect(await users.session(value, NOW)).toEqual(added);
        expect(await users.session(value, NOW + HOUR)).toBeUndefined();
        expect(await users.session(`${value}x`, NOW)).toBeUndefined();
        await users.closeSession(value);
        expect(await users.session(value, NOW)).toBeUndefined();
      }));

    it('have sessions that slide', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        const value = await users.openSession(added.id, NOW, HOUR);
        expect(await users.session(value, NOW + HOUR / 2, HOUR)).toEqual(added);
        expect(await users.session(value, NOW + HOUR + 1)).toEqual(added);
        expect(await users.session(value, NOW + 2 * HOUR, HOUR)).toBeUndefined();
        expect(await users.session(value, NOW + 2 * HOUR)).toBeUndefined();
      }));

    it('have tokens for programs that end', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        const value = await users.createApiToken(added.id, 'grafana', NOW, NOW + HOUR);
        expect(await users.apiToken(value, NOW)).toEqual(added);
        expect(await users.apiToken(value, NOW + HOUR)).toBeUndefined();
        expect(await users.session(value, NOW)).toBeUndefined();
      }));

    it('lose every session and token with the old password', () =>
      withLedger(open, async ({ users }) => {
        const added = await users.add(user);
        const other = await users.add({ ...user, name: 'khác' });
        const session = await users.openSession(added.id, NOW, HOUR);
        const token = await users.createApiToken(added.id, 'x', NOW, NOW + HOUR);
        const theirs = await users.openSession(other.id, NOW, HOUR);
        await refused(users.setPassword('Cô.Lan', 'short', false), 'PASSWORD_TOO_SHORT');
        expect(await users.session(session, NOW)).toBeDefined();
        expect(await users.setPassword('cô.lan', 'a new password', false)).toBe(true);
        expect(await users.session(session, NOW)).toBeUndefined();
        expect(await users.apiToken(token, NOW)).toBeUndefined();
        expect(await users.session(theirs, NOW)).toEqual(other);
        expect(await users.verify('Cô.Lan', PASSWORD)).toBeUndefined();
        expect(await users.verify('Cô.Lan', 'a new password')).toMatchObject({ mustChangePassword: false });
        expect(await users.setPassword('nobody', 'a new password', false)).toBe(false);
      }));
  });

  describe('audit', () => {
    it('keeps everything, newest first', () =>
      withLedger(open, async ({ audit }) => {
        const entry = (n: number) => ({ at: NOW - n, who: 'cli', what: 'token-created', subject: `s${n}` });
        for (let n = 0; n < 5; n++) await audit.write(entry(n));
        expect(await audit.list(3)).toEqual([entry(4), entry(3), entry(2)]);
      }));
  });
}
