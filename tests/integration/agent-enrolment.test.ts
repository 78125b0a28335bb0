import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Value } from 'typebox/value';
import { readCredentials, writeCredentials } from '../../agent/identity/credentials.ts';
import { mayPass } from '../../agent/identity/enrol.ts';
import { defaultSeat, Identity } from '../../agent/identity/identity.ts';
import { agentSettings, type AgentSettings } from '../../agent/main.ts';
import { systemClock } from '../../agent/platform/clock.ts';
import { PlayedMachine } from '../../agent/test-kit/machine.ts';
import { problemBody, type ProblemCode, PROBLEMS } from '../../collector/http/problems.ts';
import { EnrolmentRequest } from '../../collector/http/schemas/enrolment.ts';
import type { LabwatchError } from '../../runtime/errors.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { makeCertificate } from './broker-harness.ts';

const DEVICE = 'abcdefghijklmnopqrstuvwxyz';
const TOKEN = 'a-token-of-the-school';
const ANSWER = { device: DEVICE, secret: 's'.repeat(43), broker: { url: 'mqtt://127.0.0.1:1883' } };

let folder: string;
let server: Server | undefined;
let requests: { url: string; body: unknown; headers: Record<string, unknown> }[];
/** What the server answers: status, content type and body. */
let answer: () => { status: number; type?: string; body: string };

const listener: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    requests.push({ url: `${request.method} ${request.url}`, body: JSON.parse(body), headers: request.headers });
    const { status, type = 'application/json', body: text } = answer();
    response.writeHead(status, { 'content-type': type }).end(text);
  });
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labwatch-enrol-'));
  requests = [];
  answer = () => ({ status: 201, body: JSON.stringify(ANSWER) });
});
afterEach(async () => {
  if (server !== undefined) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function serve(made: Server, protocol: 'http' | 'https'): Promise<string> {
  server = made;
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return `${protocol}://127.0.0.1:${(made.address() as { port: number }).port}`;
}
const plain = (): Promise<string> => serve(createServer(listener), 'http');

const path = (): string => join(folder, 'credentials.json');

function identity(settings: Partial<AgentSettings>): Identity {
  const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
  const { platform } = new PlayedMachine(systemClock);
  return new Identity({
    path: path(),
    settings: { ...values, home: folder, token: TOKEN, ...settings },
    platform,
    clock: systemClock,
    log: silentLog,
  });
}

async function refusal(work: Promise<unknown>): Promise<LabwatchError> {
  return work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as LabwatchError,
  );
}

describe('enrolment', () => {
  test('sends what the server expects and keeps the answer for this user alone', async () => {
    const me = identity({ server: await plain(), seat: 'Máy 07' });
    await me.enrol();
    expect(requests).toHaveLength(1);
    expect(requests[0]!.url).toBe('POST /api/v1/enrolments');
    expect(Value.Check(EnrolmentRequest, requests[0]!.body)).toBe(true);
    expect(requests[0]!.body).toEqual({
      token: TOKEN,
      name: 'Máy 07',
      fingerprint: { uuid: '4c4c4544-0042', macs: ['02:00:00:00:3f:a2'], disks: ['S1'] },
    });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(identity({}).load()).toMatchObject(ANSWER);
  });

  test('a seat without a label is named after the hardware, never after the host', async () => {
    const me = identity({ server: await plain() });
    await me.enrol();
    expect(requests[0]!.body).toMatchObject({ name: 'Máy mới 3F-A2' });
    expect(defaultSeat({ macs: [], disks: [] })).toBe('Máy mới');
  });

  test('a token from a file', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    const me = identity({ server: await plain(), token: undefined, tokenFile });
    await me.enrol();
    expect(requests[0]!.body).toMatchObject({ token: TOKEN });
    expect(
      (await refusal(identity({ server: 'http://127.0.0.1:9', token: undefined, tokenFile: join(folder, 'none') }).enrol())).code,
    ).toBe('AGENT_FILE_UNREADABLE');
  });

  test.each([
    ['TOKEN_UNKNOWN', 'AGENT_TOKEN_UNKNOWN', 77],
    ['TOKEN_EXPIRED', 'AGENT_TOKEN_EXPIRED', 77],
    ['TOKEN_USED_UP', 'AGENT_TOKEN_USED_UP', 77],
    ['TOKEN_REVOKED', 'AGENT_TOKEN_REVOKED', 77],
    ['DEVICE_REVOKED', 'AGENT_DEVICE_REVOKED', 77],
    ['BAD_REQUEST', 'AGENT_ENROLMENT_REFUSED', 77],
    ['TOO_MANY_REQUESTS', 'AGENT_SERVER_UNREACHABLE', 69],
    ['INTERNAL', 'AGENT_SERVER_UNREACHABLE', 69],
  ] as [ProblemCode, string, number][])('the refusal %s is %s', async (code, expected, exit) => {
    const me = identity({ server: await plain() });
    answer = () => ({ status: PROBLEMS[code].status, type: 'application/problem+json', body: JSON.stringify(problemBody(code)) });
    const error = await refusal(me.enrol());
    expect([error.code, error.exit]).toEqual([expected, exit]);
    expect(error.line()).not.toContain(TOKEN);
    expect(mayPass(error)).toBe(exit === 69);
    expect(readCredentials(path())).toBeUndefined();
  });

  test.each([
    ['the login page of a school network', 200, '<html><body>Đăng nhập</body></html>'],
    ['an answer without a secret', 201, JSON.stringify({ device: DEVICE, broker: ANSWER.broker })],
    ['a page that is not found', 404, 'Not found'],
    ['a broker that is no broker', 201, JSON.stringify({ ...ANSWER, broker: { url: 'file:///etc/passwd' } })],
  ])('%s is told from labwatch', async (_, status, body) => {
    const me = identity({ server: await plain() });
    answer = () => ({ status, type: 'text/html', body });
    expect((await refusal(me.enrol())).code).toBe('AGENT_ENROLMENT_ANSWER');
  });

  test('an answer without end is cut', async () => {
    const me = identity({ server: await plain() });
    answer = () => ({ status: 200, body: 'x'.repeat(300_000) });
    expect((await refusal(me.enrol())).code).toBe('AGENT_SERVER_UNREACHABLE');
  });

  test('a server that is not there', async () => {
    const error = await refusal(identity({ server: 'http://127.0.0.1:9' }).enrol());
    expect(error.code).toBe('AGENT_SERVER_UNREACHABLE');
    expect(error.line()).toMatch(/127\.0\.0\.1:9.*ECONNREFUSED/);
  });

  test.each([
    ['http://labwatch.example', 'AGENT_PLAIN_REFUSED'],
    ['http://127.0.0.1.evil.example', 'AGENT_PLAIN_REFUSED'],
    ['ftp://127.0.0.1', 'AGENT_SERVER_URL'],
    ['labwatch', 'AGENT_SERVER_URL'],
    ['https://user:password@labwatch.example', 'AGENT_SERVER_URL'],
    ['https//user:password@labwatch.example', 'AGENT_SERVER_URL'],
  ])('the address %s is refused before anything is sent', async (address, code) => {
    const error = await refusal(identity({ server: address }).enrol());
    expect(error.code).toBe(code);
    expect(error.line()).not.toContain('password');
  });

  test('a broker that would carry the secret in the clear is refused, unless that is allowed', async () => {
    const url = await plain();
    answer = () => ({ status: 201, body: JSON.stringify({ ...ANSWER, broker: { url: 'mqtt://labwatch.example:1883' } }) });
    expect((await refusal(identity({ server: url }).enrol())).code).toBe('AGENT_PLAIN_REFUSED');
    expect((await identity({ server: url, insecurePlain: true }).enrol()).broker.url).toBe('mqtt://labwatch.example:1883');
  });

  test('nothing to enrol with', async () => {
    expect((await refusal(identity({}).enrol())).code).toBe('AGENT_NOT_ENROLLED');
    expect((await refusal(identity({ server: 'http://127.0.0.1:9', token: undefined }).enrol())).code).toBe('AGENT_NOT_ENROLLED');
  });
});

describe('over TLS', () => {
  async function secure(): Promise<{ url: string; ca: string }> {
    const ca = await makeCertificate(folder);
    const key = readFileSync(join(folder, 'tls', 'server.key'));
    const url = await serve(createTlsServer({ key, cert: ca }, listener), 'https');
    return { url, ca: join(folder, 'tls', 'ca.crt') };
  }

  test('with the CA that was given', async () => {
    const { url, ca } = await secure();
    expect((await identity({ server: url, ca }).enrol()).device).toBe(DEVICE);
  });

  test('without it, or with another, the token is not sent', async () => {
    const { url } = await secure();
    expect((await refusal(identity({ server: url }).enrol())).code).toBe('AGENT_CA_WRONG');
    const other = mkdtempSync(join(folder, 'other-'));
    await makeCertificate(other);
    expect((await refusal(identity({ server: url, ca: join(other, 'tls', 'ca.crt') }).enrol())).code).toBe('AGENT_CA_WRONG');
    expect((await refusal(identity({ server: url, ca: join(folder, 'no-such-file') }).enrol())).code).toBe('AGENT_FILE_UNREADABLE');
    expect(requests).toEqual([]);
  });
});

describe('credentials', () => {
  test('none, good, and with rights that somebody widened', () => {
    expect(readCredentials(path())).toBeUndefined();
    writeCredentials(path(), ANSWER);
    chmodSync(path(), 0o644);
    expect(readCredentials(path())).toEqual(ANSWER);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test.each([
    '',
    '{',
    '{}',
    '[]',
    JSON.stringify({ ...ANSWER, device: '../../etc' }),
    JSON.stringify({ ...ANSWER, broker: { url: 'ftp://x' } }),
  ])('the broken file %j is one clear error, or a new enrolment where there is a token', (text) => {
    writeFileSync(path(), text);
    expect(() => readCredentials(path())).toThrow(expect.objectContaining({ code: 'AGENT_CREDENTIALS_BROKEN' }) as Error);
    expect(identity({}).load()).toBeUndefined();
    expect(() => identity({ token: undefined }).load()).toThrow(expect.objectContaining({ code: 'AGENT_CREDENTIALS_BROKEN' }) as Error);
  });
});
