import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_PASSWORD, cookieOf, json, NOW, problemOf, startHttp, startWithAdmin, type HttpKit } from '../../test-kit/http-kit.ts';

const ROOMY = { loginsPerAddress: { max: 1000, windowMs: 60_000 }, loginsPerName: { max: 1000, windowMs: 60_000 } };
const HOUR = 3_600_000;

describe('session', () => {
  let kit: HttpKit & { cookie: string };
  beforeAll(async () => {
    kit = await startWithAdmin({ limits: ROOMY });
    await kit.ledger.users.add({ name: 'xem', role: 'viewer', password: 'chi xem thoi 1', mustChangePassword: false });
  });
  afterAll(() => kit.stop());

  it('opens with name and password, says who it is, and ends', async () => {
    const opened = await kit.fetch('/api/v1/session', json('POST', { name: 'admin', password: ADMIN_PASSWORD }));
    expect(opened.status).toBe(200);
    expect(await opened.json()).toEqual({ user: { name: 'admin', role: 'admin', mustChangePassword: false } });
    expect(opened.headers.get('cache-control')).toBe('no-store');
    const cookie = cookieOf(opened);
    const seen = await kit.fetch('/api/v1/session', { cookie });
    expect([seen.status, await seen.json()]).toEqual([200, { user: { name: 'admin', role: 'admin', mustChangePassword: false } }]);
    const ended = await kit.fetch('/api/v1/session', { method: 'DELETE', cookie });
    expect(ended.status).toBe(204);
    expect(ended.headers.getSetCookie()[0]).toMatch(/^labwatch_session=;.*Expires=Thu, 01 Jan 1970/);
    expect((await problemOf(await kit.fetch('/api/v1/session', { cookie }))).code).toBe('NOT_LOGGED_IN');
  });

  it('keeps the cookie from scripts and other sites, and is Secure only over TLS', async () => {
    const response = await kit.fetch('/api/v1/session', json('POST', { name: 'admin', password: ADMIN_PASSWORD }));
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^labwatch_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const proxied = await kit.fetch('/api/v1/session', {
      ...json('POST', { name: 'admin', password: ADMIN_PASSWORD }),
      headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' },
    });
    expect(proxied.headers.getSetCookie()[0]).toContain('Secure');
  });

  it('slides for 12 hours after the last use', async () => {
    const cookie = await kit.login();
    try {
      kit.clock.value = NOW + 11 * HOUR;
      expect((await kit.fetch('/api/v1/session', { cookie })).status).toBe(200);
      kit.clock.value = NOW + 22 * HOUR;
      expect((await kit.fetch('/api/v1/session', { cookie })).status).toBe(200);
      kit.clock.value = NOW + 35 * HOUR;
      expect((await kit.fetch('/api/v1/session', { cookie })).status).toBe(401);
    } finally {
      kit.clock.value = NOW;
    }
  });

  it.each([
    ['wrong password', { name: 'admin', password: 'khong phai' }, 401, 'WRONG_PASSWORD'],
    ['wrong name', { name: 'nobody', password: ADMIN_PASSWORD }, 401, 'WRONG_PASSWORD'],
    ['no password', { name: 'admin' }, 400, 'BAD_REQUEST'],
    ['empty name', { name: '', password: 'x' }, 400, 'BAD_REQUEST'],
    ['a number for a name', { name: 7, password: 'x' }, 400, 'BAD_REQUEST'],
    ['a long name', { name: 'x'.repeat(65), password: 'x' }, 400, 'BAD_REQUEST'],
    ['a long password', { name: 'admin', password: 'x'.repeat(201) }, 400, 'BAD_REQUEST'],
    ['an array', [], 400, 'BAD_REQUEST'],
    ['null', null, 400, 'BAD_REQUEST'],
  ])('refuses %s', async (_what, body, status, code) => {
    const problem = await problemOf(await kit.fetch('/api/v1/session', json('POST', body)));
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(JSON.stringify(problem)).not.toContain(ADMIN_PASSWORD);
  });

  it.each([
    ['truncated JSON', '{"name":', 'application/json', 400, 'BAD_REQUEST'],
    ['no body', '', 'application/json', 400, 'BAD_REQUEST'],
    ['a form', 'name=admin&password=x', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_TYPE'],
    ['plain text', '{}', 'text/plain', 415, 'UNSUPPORTED_TYPE'],
    ['65 KiB', `{"name":"${'x'.repeat(65 * 1024)}"}`, 'application/json', 413, 'TOO_LARGE'],
  ])('refuses %s', async (_what, body, type, status, code) => {
    const problem = await problemOf(await kit.fetch('/api/v1/session', { method: 'POST', body, headers: { 'content-type': type } }));
    expect([problem.status, problem.code]).toEqual([status, code]);
  });

  it('answers a wrong name and a wrong password with the same words', async () => {
    const [name, password] = await Promise.all(
      [
        { name: 'nobody', password: 'x' },
        { name: 'admin', password: 'x' },
      ].map(async (body) => (await kit.fetch('/api/v1/session', json('POST', body))).text()),
    );
    expect(name).toBe(password);
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ])('a change asked for with %j answers %i', async (headers, status) => {
    const init = json('POST', { name: 'admin', password: ADMIN_PASSWORD });
    const response = await kit.fetch('/api/v1/session', { ...init, headers: { ...(init.headers as object), ...headers } });
    expect(response.status).toBe(status);
    const { code } = (await response.json()) as { code?: string };
    expect(code).toBe(status === 403 ? 'FOREIGN_ORIGIN' : undefined);
  });

  it('accepts its own origin', async () => {
    const init = json('POST', { name: 'admin', password: ADMIN_PASSWORD });
    const response = await kit.fetch('/api/v1/session', { ...init, headers: { ...(init.headers as object), origin: kit.url } });
    expect(response.status).toBe(200);
  });

  it('takes an API token as Bearer, and only a valid one', async () => {
    const admin = (await kit.ledger.users.list()).find(({ name }) => name === 'admin')!;
    const token = await kit.ledger.users.createApiToken(admin.id, 'script', NOW, NOW + HOUR);
    const ask = (authorization: string) => kit.fetch('/api/v1/session', { headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    for (const wrong of [`Bearer ${token}x`, `Basic ${token}`, 'Bearer', 'Bearer ', `Bearer ${'x'.repeat(5000)}`]) {
      expect((await problemOf(await ask(wrong))).code).toBe('NOT_LOGGED_IN');
    }
    // A wrong token is not mended by a good cookie.
    expect((await kit.fetch('/api/v1/session', { cookie: kit.cookie, headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const logout = await kit.fetch('/api/v1/session', { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect((await problemOf(logout)).code).toBe('SESSION_NEEDED');
  });

  it('lets a viewer read and log out, but not write', async () => {
    const cookie = await kit.login('xem', 'chi xem thoi 1');
    expect((await kit.fetch('/api/v1/devices', { cookie })).status).toBe(200);
    expect((await problemOf(await kit.fetch('/api/v1/anything', { method: 'POST', cookie }))).code).toBe('NOT_ALLOWED');
    expect((await kit.fetch('/api/v1/session', { method: 'DELETE', cookie })).status).toBe(204);
  });

  it('records logins in the audit, and nothing of a password', async () => {
    await kit.login();
    const entries = await kit.ledger.audit.list(100);
    expect(entries).toContainEqual({ at: NOW, who: 'admin', what: 'login', subject: 'admin' });
    expect(JSON.stringify(entries)).not.toContain(ADMIN_PASSWORD);
  });
});

describe('password change', () => {
  it('is needed before anything is written with a one-time password, but reading works', async () => {
    const kit = await startHttp({ limits: ROOMY });
    try {
      const first = kit.http.firstPassword()!;
      const cookie = await kit.login('admin', first);
      expect((await kit.fetch('/api/v1/devices', { cookie })).status).toBe(200);
      expect((await problemOf(await kit.fetch('/api/v1/units', { method: 'POST', cookie }))).code).toBe('PASSWORD_CHANGE_NEEDED');
      const other = await kit.login('admin', first);
      const change = (body: object) => kit.fetch('/api/v1/session/password', { ...json('POST', body), cookie });
      expect((await problemOf(await change({ current: 'khong phai', next: 'mot mat khau moi' }))).code).toBe('CURRENT_PASSWORD_WRONG');
      expect((await problemOf(await change({ current: first, next: 'ngan' }))).code).toBe('BAD_REQUEST');
      expect((await problemOf(await change({ current: first, next: first }))).code).toBe('PASSWORD_REFUSED');
      const changed = await change({ current: first, next: 'mot mat khau moi' });
      expect([changed.status, await changed.json()]).toEqual([200, { user: { name: 'admin', role: 'admin', mustChangePassword: false } }]);
      // The old sessions have ended; this browser goes on with a new one.
      for (const old of [cookie, other]) expect((await kit.fetch('/api/v1/session', { cookie: old })).status).toBe(401);
      expect((await kit.fetch('/api/v1/units', { method: 'POST', cookie: cookieOf(changed) })).status).toBe(404);
      expect((await kit.fetch('/api/v1/session', json('POST', { name: 'admin', password: first }))).status).toBe(401);
      expect(kit.http.firstPassword()).toBeUndefined();
    } finally {
      await kit.stop();
    }
  });
});

describe('limits on logins', () => {
  const login = (kit: HttpKit, name: string) => kit.fetch('/api/v1/session', json('POST', { name, password: 'wrong' }));

  it('stops one address after too many, with Retry-After', async () => {
    const kit = await startHttp({ limits: { loginsPerAddress: { max: 3, windowMs: 60_000 } } });
    try {
      const statuses: number[] = [];
      for (const name of ['a', 'b', 'c', 'd']) statuses.push((await login(kit, name)).status);
      expect(statuses).toEqual([401, 401, 401, 429]);
      const refused = await login(kit, 'e');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await problemOf(refused)).code).toBe('TOO_MANY_REQUESTS');
      expect((await kit.fetch('/healthz')).status).toBe(200);
    } finally {
      await kit.stop();
    }
  });

  it('stops guesses at one name from many addresses, however it is spelled', async () => {
    const kit = await startHttp({ limits: { ...ROOMY, loginsPerName: { max: 3, windowMs: 60_000 } } });
    try {
      const from = (address: number, name: string) =>
        kit.fetch('/api/v1/session', {
          ...json('POST', { name, password: 'wrong' }),
          headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${address}` },
        });
      const names = ['admin', 'ADMIN', 'Admin', 'admin'];
      const statuses: number[] = [];
      for (const [i, name] of names.entries()) statuses.push((await from(i, name)).status);
      expect(statuses).toEqual([401, 401, 401, 429]);
      expect((await from(9, 'other')).status).toBe(401);
    } finally {
      await kit.stop();
    }
  });
});
