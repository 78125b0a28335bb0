import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabwatchError } from '../../runtime/errors.ts';
import { Desk, NOW } from '../testing.ts';
import { caCommand } from './command.ts';
import { ensureTls, type Tls } from './ensure-tls.ts';

const DAY = 86_400_000;

/** A real TLS handshake. @returns the reason of a refusal, or 'ok' */
async function handshake(tls: Pick<Tls, 'key' | 'cert'>, ca: string, servername: string): Promise<string> {
  const server = createServer({ key: tls.key, cert: tls.cert }, (socket) => socket.end('hello'));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca, servername });
      socket.on('data', (data) => resolve(data.toString() === 'hello' ? 'ok' : 'garbled'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    server.close();
  }
}

const codeOf = async (work: Promise<unknown>): Promise<string | undefined> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof LabwatchError ? error.code : undefined;
};

describe('TLS of our own', () => {
  let desk: Desk;
  const at = (name: string): string => join(desk.home, 'tls', name);
  const ensure = (names: string[] = [], now = Date.now()): Promise<Tls> => ensureTls(desk.home, names, () => now);
  beforeEach(() => {
    desk = new Desk(caCommand);
  });
  afterEach(() => desk.clear());

  it('is made on the first run, and a client that trusts our authority takes it', async () => {
    const tls = await ensure(['Server.Truong.vn', '192.0.2.7']);
    for (const name of ['localhost', 'server.truong.vn']) expect(await handshake(tls, tls.ca, name)).toBe('ok');
    expect(await handshake(tls, tls.ca, 'other.vn')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    const certificate = new X509Certificate(tls.cert);
    for (const address of ['127.0.0.1', '::1', '192.0.2.7']) expect(certificate.checkIP(address)).toBe(address);
    for (const [name, mode] of [
      ['ca.key', 0o600],
      ['server.key', 0o600],
      ['ca.crt', 0o644],
      ['server.crt', 0o644],
    ] as const) {
      expect(statSync(at(name)).mode & 0o777).toBe(mode);
    }
  });

  it('is not trusted by a client with another authority', async () => {
    const tls = await ensure();
    const other = new Desk(caCommand);
    const stranger = await ensureTls(other.home, []);
    other.clear();
    expect(await handshake(tls, stranger.ca, 'localhost')).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|SIGNATURE/);
  });

  it('uses P-256, lasts 10 years and 825 days, and says what each may do', async () => {
    const tls = await ensure([], NOW);
    const [ca, server] = [new X509Certificate(tls.ca), new X509Certificate(tls.cert)];
    const days = (one: X509Certificate): number => (one.validToDate.getTime() - one.validFromDate.getTime()) / DAY;
    expect([Math.round(days(ca)), days(server)]).toEqual([3652, 825]);
    expect([ca.ca, server.ca]).toEqual([true, false]);
    expect(server.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(server.checkIssued(ca)).toBe(true);
    expect(ca.serialNumber).not.toBe(server.serialNumber);
  });

  it('stays as it is while it is good', async () => {
    const first = await ensure(['a.vn'], NOW);
    expect(await ensure(['a.vn'], NOW + DAY)).toEqual(first);
    expect(await ensure([], NOW + (825 - 1 - 31) * DAY)).toEqual(first);
  });

  it.each([
    ['fewer than 30 days are left', NOW + (825 - 1 - 29) * DAY, ['a.vn']],
    ['it has run out', NOW + 900 * DAY, ['a.vn']],
    ['a name is new', NOW, ['a.vn', 'b.vn']],
    ['an address is new', NOW, ['a.vn', '192.0.2.9']],
  ])('is renewed by the same authority when %s', async (_what, now, names) => {
    const first = await ensure(['a.vn'], NOW);
    const second = await ensure(names, now);
    expect(second.ca).toBe(first.ca);
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).validToDate.getTime()).toBeGreaterThan(now + 800 * DAY);
    expect(await ensure(names, now)).toEqual(second);
  });

  it('is mended when the server certificate and key do not belong together', async () => {
    const first = await ensure();
    const other = new Desk(caCommand);
    writeFileSync(at('server.key'), (await ensureTls(other.home, [])).key);
    other.clear();
    const second = await ensure();
    expect(await handshake(second, first.ca, 'localhost')).toBe('ok');
  });

  it('names all addresses of this machine when it listens on all', async () => {
    const tls = await ensure(['0.0.0.0']);
    expect(new X509Certificate(tls.cert).subjectAltName).not.toContain('0.0.0.0');
    expect(await ensure(['0.0.0.0'])).toEqual(tls);
  });

  it('never replaces an authority silently', async () => {
    await ensure();
    const { ca } = await ensure();
    rmSync(at('ca.key'));
    expect(await codeOf(ensure())).toBe('TLS_DAMAGED');
    expect(readFileSync(at('ca.crt'), 'utf8')).toBe(ca);
    expect((await desk.run('init')).error?.code).toBe('TLS_DAMAGED');
    expect((await desk.run('init', '--force')).code).toBe(0);
    expect((await ensure()).ca).not.toBe(ca);
  });

  it('says so when the authority is broken, foreign or over', async () => {
    await ensure([], NOW);
    expect(await codeOf(ensure([], NOW + 4000 * DAY))).toBe('TLS_EXPIRED');
    writeFileSync(at('ca.key'), readFileSync(at('server.key')));
    expect(await codeOf(ensure([], NOW))).toBe('TLS_DAMAGED');
    writeFileSync(at('ca.crt'), 'nonsense');
    expect(await codeOf(ensure([], NOW))).toBe('TLS_DAMAGED');
  });

  it('refuses what is no name', async () => {
    expect(await codeOf(ensure(['two words']))).toBe('TLS_NAME');
    expect((await desk.run('issue', '--names', 'ok.vn,http://x')).error?.code).toBe('TLS_NAME');
  });

  it('init, issue and show', async () => {
    const nothing = await desk.run('show');
    expect(nothing).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse((await desk.run('show', '--json')).out)).toEqual({ ca: null, server: null });
    expect((await desk.run('init')).out).toContain('ca.crt');
    const ca = readFileSync(at('ca.crt'), 'utf8');
    expect((await desk.run('init')).out).toContain('already');
    expect((await desk.run('issue', '--names', 'server.truong.vn, 192.0.2.7')).code).toBe(0);
    const shown = JSON.parse((await desk.run('show', '--json')).out) as { ca: { fingerprint: string }; server: { names: string[] } };
    expect(shown.ca.fingerprint).toBe(new X509Certificate(ca).fingerprint256);
    expect(shown.server.names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', 'server.truong.vn', '192.0.2.7']));
    expect((await desk.run('show', '--pem')).out).toBe(ca.trimEnd());
    expect(new X509Certificate((await desk.run('show', '--pem')).out).fingerprint256).toBe(shown.ca.fingerprint);
    desk.language = 'vi';
    expect((await desk.run('show')).out).toContain('dùng cho: ');
    expect((await desk.run('show')).out).not.toContain('PRIVATE');
  });
});
