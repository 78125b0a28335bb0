import { createServer } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf, startHttp, startWithAdmin, type HttpKit } from './test-kit/http-kit.ts';
import { selfSigned } from './test-kit/certificate.ts';

interface Operation {
  readonly security?: readonly object[];
  readonly operationId: string;
}
const document = JSON.parse(readFileSync(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const fill = (path: string): string => path.replace('{id}', 'a'.repeat(26)).replace('{day}', '2026-11-21');

describe('without a session', () => {
  let kit: HttpKit;
  beforeAll(async () => void (kit = await startHttp()));
  afterAll(() => kit.stop());

  const OPEN = ['GET /healthz', 'GET /readyz', 'POST /api/v1/session', 'POST /api/v1/enrolments'];

  it('only these are open, as the document says', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual(OPEN);
  });

  it.each(operations.map(({ method, path, operation }) => [method, path, operation] as const))('%s %s', async (method, path, operation) => {
    const body = method === 'POST' ? '{}' : null;
    const response = await kit.fetch(fill(path), { method, body, headers: body === null ? {} : { 'content-type': 'application/json' } });
    // The metrics are open on the loopback listener; over TLS it is 401, see below.
    const open = operation.security?.length === 0 || path === '/metrics';
    expect(response.status === 401).toBe(!open);
    const code = open ? 'open' : (await problemOf(response)).code;
    const device = operation.security?.some((way) => 'device' in way) === true;
    expect(code).toBe(open ? 'open' : device ? 'DEVICE_LOGIN' : 'NOT_LOGGED_IN');
  });

  it.each([
    ['GET', '/api/v1'],
    ['GET', '/api/v1/'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v1/devices/'],
    ['GET', '/api/v1//devices'],
    ['GET', '/api/v1/..%2fdevices'],
    ['GET', '/api/%761/devices'],
    ['GET', '/api/v1/%64evices'],
    ['GET', '/api/v1/devices?x=%'],
    ['HEAD', '/api/v1/devices'],
    ['HEAD', '/api/v1/units'],
    ['PUT', '/api/v1/devices'],
    ['DELETE', '/api/v1/units'],
    ['OPTIONS', '/api/v1/devices'],
    ['PATCH', '/api/v1/session'],
  ])('%s %s answers 401', async (method, path) => {
    const response = await kit.fetch(path, { method });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="labwatch"');
  });

  it.each(['labwatch_session=', 'labwatch_session=x', `labwatch_session=${'x'.repeat(300)}`, 'labwatch_session=%00', 'other=1'])(
    'the cookie %s is none',
    async (cookie) => expect((await kit.fetch('/api/v1/devices', { cookie })).status).toBe(401),
  );

  it.each([
    ['GET', '/nothing.js'],
    ['GET', '/api'],
    ['GET', '/api/nothing'],
    ['GET', '/api/v2/devices'],
    ['POST', '/'],
    ['DELETE', '/healthz'],
    ['GET', '/assets/../../ledger.db'],
    ['GET', '/..%2f..%2fledger.db'],
    ['GET', '/.env'],
  ])('%s %s is not found', async (method, path) => {
    const problem = await problemOf(await kit.fetch(path, { method }));
    expect(problem.code).toBe('NOT_FOUND');
  });

  it('an address that cannot be decoded is refused as a problem', async () => {
    expect((await problemOf(await kit.fetch('/api/v1/devices/%E0%A4%A'))).code).toBe('BAD_REQUEST');
  });

  it('bytes that are no HTTP end the connection without a trace', async () => {
    const port = Number(new URL(kit.url).port);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('\u0000\u0001 garbage\r\n\r\n'));
      socket.on('data', (data) => (text += data.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400');
    expect(answer).not.toMatch(/\.js:\d|\bat /);
    expect((await kit.fetch('/healthz')).status).toBe(200);
  });

  it('every answer carries the headers that keep a browser safe', async () => {
    for (const path of ['/', '/healthz', '/api/v1/devices', '/nothing.js', '/api/docs/']) {
      const { headers } = await kit.fetch(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('serves the documentation from its own files', async () => {
    const page = await kit.fetch('/api/docs/');
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect((await kit.fetch('/api/docs/static/swagger-ui-bundle.js')).status).toBe(200);
    expect(await (await kit.fetch('/api/docs/json')).json()).toEqual(document);
  });

  it('says what to do when the console is not built', async () => {
    const page = await kit.fetch('/devices');
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('make build');
  });
});

describe('limits', () => {
  it('hold for everything, unknown addresses too', async () => {
    const kit = await startHttp({ limits: { requests: { max: 3, windowMs: 60_000 } } });
    try {
      const statuses: number[] = [];
      for (const path of ['/healthz', '/api/v1/x', '/x.js', '/healthz', '/api/v1/x', '/x.js', '/api/docs/']) {
        statuses.push((await kit.fetch(path)).status);
      }
      expect(statuses).toEqual([200, 401, 404, 429, 429, 429, 429]);
      const refused = await kit.fetch('/healthz');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await problemOf(refused)).code).toBe('TOO_MANY_REQUESTS');
    } finally {
      await kit.stop();
    }
  });
});

describe('probes', () => {
  let kit: HttpKit;
  beforeAll(async () => void (kit = await startHttp()));
  afterAll(() => kit.stop());

  it('is alive', async () => {
    expect(await (await kit.fetch('/healthz')).json()).toEqual({ status: 'alive' });
  });

  it('is ready when every part is, and says why not', async () => {
    kit.checks.splice(0, Infinity, { name: 'ledger', ready: true, reason: 'open' });
    const ready = await kit.fetch('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks: [{ name: 'ledger', ready: true, reason: 'open' }] }]);
    kit.checks.push({ name: 'broker', ready: false, reason: 'connecting' });
    const not = await kit.fetch('/readyz');
    expect(not.status).toBe(503);
    expect(await not.json()).toMatchObject({ ready: false, checks: [{}, { name: 'broker', reason: 'connecting' }] });
  });

  it('shows metrics on loopback, but not to whom a proxy asks for', async () => {
    const open = await kit.fetch('/metrics');
    expect(open.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await open.text()).toMatch(/labwatch_http_answers_total\{status="2xx"\} [1-9]/);
    const proxied = await kit.fetch('/metrics', { headers: { 'x-forwarded-for': '203.0.113.1' } });
    expect((await problemOf(proxied)).code).toBe('NOT_LOGGED_IN');
  });
});

describe('the TLS listener', () => {
  it('serves the same app, with Secure cookies and closed metrics', async () => {
    const tls = await selfSigned();
    const kit = await startWithAdmin({ tls });
    const { https } = kit.http.addresses();
    const ask = (path: string, options: { method?: string; body?: string; cookie?: string } = {}) =>
      new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
        const headers = { 'content-type': 'application/json', ...(options.cookie === undefined ? {} : { cookie: options.cookie }) };
        const request = secureRequest(
          {
            host: '127.0.0.1',
            port: https,
            path,
            method: options.method ?? 'GET',
            ca: tls.cert,
            servername: 'localhost',
            headers,
            agent: false,
          },
          (response) => {
            let text = '';
            response.on('data', (data) => (text += String(data)));
            response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
          },
        );
        request.on('error', reject);
        request.end(options.body);
      });
    try {
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/api/v1/devices')).status).toBe(401);
      expect((await ask('/metrics')).status).toBe(401);
      const login = await ask('/api/v1/session', {
        method: 'POST',
        body: JSON.stringify({ name: 'admin', password: 'mat khau cua toi 1' }),
      });
      expect(login.status).toBe(200);
      const [cookie] = login.headers['set-cookie'] as string[];
      expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
      expect((await ask('/metrics', { cookie: cookie!.split(';')[0]! })).status).toBe(200);
      expect((await ask('/metrics', { cookie: cookie!.split(';')[0]! })).text).toContain('labwatch_http');
    } finally {
      await kit.stop();
    }
    await expect(ask('/healthz')).rejects.toThrowError(/ECONNREFUSED/);
  });

  it('is not there without a certificate', async () => {
    const kit = await startHttp();
    expect(Object.keys(kit.http.addresses())).toEqual(['http']);
    await kit.stop();
  });
});

describe('starting and stopping', () => {
  it('names the port that is taken and what to do, and leaves nothing open', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    await expect(startHttp({ settings: { httpPort: port, httpsPort: 0, listen: '127.0.0.1' } })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port, flag: 'http-port' },
    });
    const tls = await selfSigned();
    await expect(startHttp({ tls, settings: { httpPort: 0, httpsPort: port, listen: '127.0.0.1' } })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port, flag: 'https-port' },
    });
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('may be stopped twice and started again', async () => {
    const kit = await startHttp();
    await kit.http.stop();
    await kit.http.stop();
    expect(kit.http.addresses()).toEqual({});
    await kit.http.start();
    kit.url = `http://127.0.0.1:${kit.http.addresses().http}`;
    const response = await fetch(`${kit.url}/healthz`);
    expect(response.status).toBe(200);
    await kit.stop();
  });
});

describe('the console', () => {
  it('is served with its assets kept for ever and its index asked for again', async () => {
    const kit = await startHttp();
    const folder = join(kit.home, 'console');
    await kit.stop();
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<title>labwatch</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b3c.js'), 'void 0;');
    writeFileSync(join(folder, 'assets', 'app-1a2b3c.js.gz'), gzipSync('void 0;'));
    const served = await startHttp({ consoleFolder: folder });
    try {
      for (const path of ['/', '/devices/abc', '/index.html', '/login?next=%2Fdevices']) {
        const page = await served.fetch(path);
        expect([page.status, page.headers.get('cache-control'), await page.text()]).toEqual([200, 'no-cache', '<title>labwatch</title>']);
      }
      const asset = await served.fetch('/assets/app-1a2b3c.js');
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const small = await served.fetch('/assets/app-1a2b3c.js', { headers: { 'accept-encoding': 'gzip' } });
      expect([small.headers.get('content-encoding'), small.headers.get('cache-control'), await small.text()]).toEqual([
        'gzip',
        'public, max-age=31536000, immutable',
        'void 0;',
      ]);
      const again = await served.fetch('/', {
        // Node's fetch would add no-cache, which asks for the whole file.
        headers: { 'if-none-match': (await served.fetch('/')).headers.get('etag')!, 'cache-control': 'max-age=0' },
      });
      expect(again.status).toBe(304);
      expect((await problemOf(await served.fetch('/assets/old-999.js'))).code).toBe('NOT_FOUND');
      expect((await problemOf(await served.fetch('/api/nothing'))).code).toBe('NOT_FOUND');
    } finally {
      await served.stop();
    }
  });
});
