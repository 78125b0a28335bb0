import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk, NOW } from '../testing.ts';
import { userCommand } from './command.ts';

const verify = (desk: Desk, name: string, password: string) => desk.ledger((ledger) => ledger.users.verify(name, password));

describe('labwatch user', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk(userCommand);
  });
  afterEach(() => desk.clear());

  it('add takes the password from standard input', async () => {
    desk.passwords = ['ba con mèo đen'];
    const said = await desk.run('add', 'lan', '--role', 'admin');
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.notes).not.toContain('mèo');
    expect(await verify(desk, 'lan', 'ba con mèo đen')).toMatchObject({ name: 'lan', role: 'admin', mustChangePassword: false });
  });

  it('add asks a person twice', async () => {
    desk.interactive = true;
    desk.passwords = ['ba con mèo đen', 'ba con mèo đem'];
    expect((await desk.run('add', 'lan')).error?.code).toBe('PASSWORDS_DIFFER');
    desk.passwords = ['ba con mèo đen', 'ba con mèo đen'];
    expect((await desk.run('add', 'lan')).code).toBe(0);
    expect(desk.asked).toEqual(['New password: ', 'Once more: ', 'New password: ', 'Once more: ']);
    expect(await verify(desk, 'lan', 'ba con mèo đen')).toMatchObject({ role: 'viewer' });
  });

  it('add --generate shows a password once, to be changed', async () => {
    const said = await desk.run('add', 'lan', '--generate');
    expect(said.out).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect(desk.asked).toEqual([]);
    expect(await verify(desk, 'lan', said.out)).toMatchObject({ mustChangePassword: true });
    const again = JSON.parse((await desk.run('add', 'hoa', '--generate', '--json')).out) as { name: string; password: string };
    expect(again.name).toBe('hoa');
    expect(again.password).not.toBe(said.out);
  });

  it('password closes the sessions and takes the first password away', async () => {
    desk.passwords = ['old password'];
    await desk.run('add', 'admin', '--role', 'admin');
    const first = desk.file('first-password', 'x');
    const session = await desk.ledger(async (ledger) => {
      const [user] = await ledger.users.list();
      return ledger.users.openSession(user!.id, NOW, 1000);
    });
    desk.passwords = ['new password'];
    expect((await desk.run('password', 'ADMIN')).code).toBe(0);
    expect(await verify(desk, 'admin', 'new password')).toBeDefined();
    expect(await verify(desk, 'admin', 'old password')).toBeUndefined();
    expect(await desk.ledger((ledger) => ledger.users.session(session, NOW))).toBeUndefined();
    expect(existsSync(first)).toBe(false);
    const said = await desk.run('password', 'admin', '--generate');
    expect(await verify(desk, 'admin', said.out)).toMatchObject({ mustChangePassword: true });
    const entries = await desk.ledger((ledger) => ledger.audit.list(9));
    expect(entries.map(({ what, subject }) => `${what} ${subject}`)).toEqual([
      'password-changed admin',
      'password-changed admin',
      'user-added admin',
    ]);
  });

  it('list shows who there is', async () => {
    await desk.run('add', 'lan', '--generate', '--role', 'admin');
    await desk.run('add', 'hoa', '--generate');
    expect(JSON.parse((await desk.run('list', '--json')).out)).toEqual([
      { name: 'hoa', role: 'viewer', mustChangePassword: true },
      { name: 'lan', role: 'admin', mustChangePassword: true },
    ]);
    desk.language = 'vi';
    expect((await desk.run('list')).out).toMatch(/^TÊN +QUYỀN\nhoa +xem +phải đổi mật khẩu\nlan +quản trị +phải đổi mật khẩu$/);
  });

  it('refuses what it should, in one line', async () => {
    await desk.run('add', 'lan', '--generate');
    expect((await desk.run('add', 'LAN', '--generate')).error?.code).toBe('NAME_TAKEN');
    expect((await desk.run('add', 'a b', '--generate')).error?.code).toBe('NAME_NOT_ALLOWED');
    desk.passwords = ['short'];
    expect((await desk.run('add', 'hoa')).error?.code).toBe('PASSWORD_TOO_SHORT');
    expect((await desk.run('password', 'nobody')).error?.code).toBe('USER_NOT_FOUND');
    expect((await desk.run('add', 'hoa', '--password', 'on the command line')).error?.code).toBe('CONFIG_UNKNOWN_KEY');
    expect((await desk.run('add')).error?.code).toBe('COMMAND_WORDS');
    expect((await desk.run('add', 'hoa', '--role', 'king')).error?.code).toBe('CONFIG_BAD_VALUE');
    expect(await desk.ledger((ledger) => ledger.users.list())).toHaveLength(1);
  });

  it('token opens the API for a program until the password changes', async () => {
    desk.passwords = ['ba con mèo đen'];
    await desk.run('add', 'grafana');
    const said = await desk.run('token', 'Grafana', '--days', '1');
    const who = (at: number) => desk.ledger((ledger) => ledger.users.apiToken(said.out, at));
    expect(await who(NOW)).toMatchObject({ name: 'grafana', role: 'viewer' });
    expect(await who(NOW + 86_400_001)).toBeUndefined();
    expect((await desk.run('token', 'nobody')).error?.code).toBe('USER_NOT_FOUND');
    desk.passwords = ['bốn con mèo đen'];
    await desk.run('password', 'grafana');
    expect(await who(NOW)).toBeUndefined();
  });
});
