import { once } from 'node:events';
import { request as requestOverTls } from 'node:https';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundConnections } from './connections.ts';
import { selfSigned } from './test-kit/certificate.ts';
import { ADMIN_PASSWORD, cookieOf, json, problemOf, startWithAdmin, type HttpKit } from './test-kit/http-kit.ts';

const ROOMY = { loginsPerAddress: { max: 1000, windowMs: 60_000 }, loginsPerName: { max: 1000, windowMs: 60_000 } };

let kit: HttpKit & { cookie: string };
let tls: { key: string; cert: string };
beforeAll(async () => {
  tls = await selfSigned();
  kit = await startWithAdmin({ tls, limits: ROOMY });
});
afterAll(() => kit.stop());

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** A request to the TLS listener, as a browser makes it. */
function secure(path: string, headers: Record<string, string> = {}, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const port = kit.http.addresses().https!;
    const method = body === undefined ? 'GET' : 'POST';
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const call = requestOverTls({ host: 'localhost', port, path, method, ca: tls.cert, agent: false, headers: { ...type, ...headers } });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, cookies: response.headers['set-cookie'] ?? [], text }));
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('the session cookie', () => {
  it('has a name over TLS that a browser takes from TLS alone, and no other is looked at there', async () => {
    const opened = await secure('/api/v1/session', {}, { name: 'admin', password: ADMIN_PASSWORD });
    expect(opened.cookies[0]).toMatch(/^__Host-labwatch_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const [cookie] = opened.cookies[0]!.split(';');
    expect((await secure('/api/v1/session', { cookie: cookie! })).status).toBe(200);
    // Somebody on the line can answer for http:// and plant a cookie of the plain name: a login of his own.
    const planted = `labwatch_session=${kit.cookie.split('=')[1]!}`;
    expect((await secure('/api/v1/session', { cookie: planted })).status).toBe(401);
    expect((await secure('/api/v1/session', { cookie: `${planted}; ${cookie!}` })).status).toBe(200);
  });

  it('is a new one at every login, and the session it replaces ends', async () => {
    const first = await kit.login();
    const again = await kit.fetch('/api/v1/session', { ...json('POST', { name: 'admin', password: ADMIN_PASSWORD }), cookie: first });
    expect(cookieOf(again)).not.toBe(first);
    expect((await kit.fetch('/api/v1/session', { cookie: first })).status).toBe(401);
    expect((await kit.fetch('/api/v1/session', { cookie: cookieOf(again) })).status).toBe(200);
    // A login that fails ends nobody's session.
    await kit.fetch('/api/v1/session', { ...json('POST', { name: 'admin', password: 'no' }), cookie: cookieOf(again) });
    expect((await kit.fetch('/api/v1/session', { cookie: cookieOf(again) })).status).toBe(200);
    expect(kit.metrics.text()).toMatch(/^labwatch_logins_total\{outcome="refused"\} [1-9]/m);
  });
});

it('a password that grows when its letters are composed is refused, not a defect', async () => {
  const cookie = await kit.login();
  const change = json('POST', { current: ADMIN_PASSWORD, next: '\uFB2C'.repeat(100) });
  expect((await problemOf(await kit.fetch('/api/v1/session/password', { ...change, cookie }))).code).toBe('PASSWORD_REFUSED');
});

describe('what a stranger learns', () => {
  /** A page whose own name points to loopback (DNS rebinding) says that name. */
  async function raw(path: string, host: string): Promise<string> {
    const socket = connect(kit.http.addresses().http!, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await once(socket, 'close');
    return text;
  }

  it.each([
    ['127.0.0.1:8080', 200],
    ['localhost', 200],
    ['[::1]:8080', 200],
    ['evil.example:8080', 401],
    ['127.0.0.1.evil.example', 401],
  ])('metrics asked for as %s: %i', async (host, status) => {
    expect(await raw('/metrics', host)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('is that something is not ready, not the reason with its folders and servers', async () => {
    const reason = 'the ledger /var/lib/labwatch/ledger.db cannot be opened';
    kit.checks.push({ name: 'ledger', ready: false, reason });
    try {
      const outside = await secure('/readyz');
      expect([outside.status, JSON.parse(outside.text)]).toMatchObject([503, { ready: false, checks: [{ name: 'ledger', ready: false }] }]);
      expect(outside.text).not.toContain('/var/lib');
      expect(await raw('/readyz', 'evil.example')).not.toContain('/var/lib');
      expect(await raw('/readyz', '127.0.0.1')).toContain('/var/lib');
      const opened = await secure('/api/v1/session', {}, { name: 'admin', password: ADMIN_PASSWORD });
      expect((await secure('/readyz', { cookie: opened.cookies[0]!.split(';')[0]! })).text).toContain('/var/lib');
    } finally {
      kit.checks.pop();
    }
  });
});

it('one login has 20 streams of events, and another still gets one', async () => {
  const stop = new AbortController();
  const open = (cookie: string) => kit.fetch('/api/v1/events', { cookie, signal: stop.signal });
  const [mine, other] = [await kit.login(), await kit.login()];
  // Kept, so that none is closed because nobody looks at it any more.
  const answers: Response[] = [];
  for (let i = 0; i < 21; i++) answers.push(await open(mine));
  expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 20 }, () => 200), 503]);
  expect((await problemOf(answers.at(-1)!)).code).toBe('TOO_MANY_STREAMS');
  expect((await open(other)).status).toBe(200);
  stop.abort();
});

it('one address cannot open more connections than its share', async () => {
  const server = createServer();
  boundConnections(server, { all: 100, each: 3 });
  server.on('connection', (socket: Socket) => !socket.destroyed && socket.write('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const visit = async (): Promise<Socket | undefined> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    const greeted = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
    return greeted ? socket : undefined;
  };
  const first = await visit();
  const others = [await visit(), await visit()];
  expect([first, ...others].every((socket) => socket !== undefined)).toBe(true);
  expect(await visit()).toBeUndefined();
  first!.destroy();
  await once(first!, 'close');
  let next: Socket | undefined;
  while (next === undefined) next = await visit();
  for (const socket of [...others, next]) socket!.destroy();
  server.close();
  await once(server, 'close');
});

describe('a path that leads out of the folders', () => {
  it.each([
    '/..%2fledger.db',
    '/%2e%2e/ledger.db',
    '/..%5cledger.db',
    '/assets/..%2f..%2fledger.db',
    '/.env',
    '/%00',
    '//x/..%2f',
    '/api/docs/static/..%2f..%2fpackage.json',
  ])('%s finds nothing, compressed or not', async (path) => {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const answer = await kit.fetch(path, { headers: { 'accept-encoding': encoding } });
      const text = await answer.text();
      expect(text).not.toMatch(/SQLite format|"dependencies"/);
      expect(answer.headers.get('location')).toBeNull();
    }
  });
});
