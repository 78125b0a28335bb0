import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { EnrolmentServer } from '../../agent/test-kit/enrolment-server.ts';
import { enrol } from '../../agent/identity/enrol.ts';
import { openLine } from '../../agent/net/line.ts';
import { proxyRule } from '../../agent/net/proxy.ts';
import { authority, FAR_OFF, type Issued, LONG_AGO, NOW, server, type Validity } from '../test-kit/certificates.ts';
import { ConnectProxy } from '../test-kit/connect-proxy.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** A TLS server that writes down what it was told. */
async function tlsServer(issued: Issued, chain: readonly Issued[] = []): Promise<{ url: URL; heard: string[] }> {
  const heard: string[] = [];
  const cert = [issued, ...chain].map(({ pem }) => pem).join('');
  const listener = createTlsServer({ cert, key: issued.key }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => heard.push(data.toString()));
  });
  listener.on('tlsClientError', () => undefined);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  cleanUps.push(() => void listener.close());
  return { url: new URL(`mqtts://127.0.0.1:${(listener.address() as { port: number }).port}`), heard };
}

/** @returns what came of it: open, open though out of time, or the code of the refusal */
async function outcome(url: URL, ca: string | undefined): Promise<string> {
  let late = false;
  try {
    const line = await openLine({ url, ca, timeoutMs: 20_000, onOutOfTime: () => (late = true) });
    line.destroy();
    return late ? 'out of time' : 'open';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a certificate of the pinned authority', () => {
  const times: [string, Validity, string][] = [
    ['valid now', NOW, 'open'],
    ['not valid for ten years to come', FAR_OFF, 'out of time'],
    ['expired ten years ago', LONG_AGO, 'out of time'],
  ];
  test.each(times)('%s', async (_, validity, expected) => {
    const ours = await authority('ours', validity);
    const { url } = await tlsServer(await server(ours, validity, { usage: SERVER_AUTH }));
    expect(await outcome(url, ours.pem)).toBe(expected);
  });

  test('through an intermediate authority', async () => {
    const ours = await authority('ours', LONG_AGO);
    const between = await authority('between', LONG_AGO, ours);
    const { url } = await tlsServer(await server(between, LONG_AGO), [between]);
    expect(await outcome(url, ours.pem)).toBe('out of time');
  });
});

describe('never taken, whatever the clock says', () => {
  const validities: [string, Validity][] = [
    ['now', NOW],
    ['long ago', LONG_AGO],
    ['far off', FAR_OFF],
  ];
  test.each(validities)('a foreign authority, %s', async (_, validity) => {
    const ours = await authority('ours', validity);
    // The same name, so that it looks like ours.
    const foreign = await authority('ours', validity);
    const { url, heard } = await tlsServer(await server(foreign, validity), [foreign]);
    expect(await outcome(url, ours.pem)).toMatch(/SIGNATURE|SELF_SIGNED|ISSUER/);
    expect(heard).toEqual([]);
  });

  test.each(validities)('another name, %s', async (_, validity) => {
    const ours = await authority('ours', validity);
    const { url } = await tlsServer(await server(ours, validity, { name: 'another.example' }));
    expect(await outcome(url, ours.pem)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test.each(validities)('the certificate of a client, %s', async (_, validity) => {
    const ours = await authority('ours', validity);
    const { url } = await tlsServer(await server(ours, validity, { usage: CLIENT_AUTH }));
    expect(await outcome(url, ours.pem)).toBe('INVALID_PURPOSE');
  });

  test.each(validities)('one signed by a server of ours instead of the authority, %s', async (_, validity) => {
    const ours = await authority('ours', validity);
    const rogue = await server(ours, validity);
    const { url } = await tlsServer(await server(rogue, validity), [rogue]);
    expect(await outcome(url, ours.pem)).toMatch(/SIGNATURE|INVALID_CA|ISSUER|PURPOSE|SELF_SIGNED/);
  });

  test.each(validities)('an authority of the system is not ours, and without a pinned one the time counts, %s', async (_, validity) => {
    const ours = await authority('ours', validity);
    const { url } = await tlsServer(await server(ours, validity));
    expect(await outcome(url, undefined)).not.toMatch(/^open|^out of time/);
  });
});

describe('a proxy', () => {
  async function startProxy(): Promise<ConnectProxy> {
    const proxy = new ConnectProxy();
    await proxy.start();
    cleanUps.push(() => proxy.stop());
    return proxy;
  }
  async function behind(proxy: ConnectProxy, timeoutMs = 20_000, login?: string): Promise<string> {
    const ours = await authority('ours');
    const { url } = await tlsServer(await server(ours));
    try {
      const at = { host: '127.0.0.1', port: proxy.port, ...(login === undefined ? {} : { login }) };
      const line = await openLine({ url, ca: ours.pem, proxy: at, timeoutMs });
      line.destroy();
      return `open through ${proxy.asked.join(' ').replace(url.port, 'PORT')}`;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  test('opens the line, TLS is spoken with the server behind it', async () => {
    expect(await behind(await startProxy())).toBe('open through 127.0.0.1:PORT');
  });

  test('that wants a login gets it, and says 407 without one', async () => {
    const proxy = await startProxy();
    proxy.login = 'lab:sesame';
    expect(await behind(proxy)).toBe('AGENT_PROXY_REFUSED');
    expect(await behind(proxy, 20_000, 'lab:wrong')).toBe('AGENT_PROXY_REFUSED');
    proxy.asked.length = 0;
    expect(await behind(proxy, 20_000, 'lab:sesame')).toBe('open through 127.0.0.1:PORT');
  });

  test('that forbids, is silent, is gone, or is none', async () => {
    const proxy = await startProxy();
    proxy.refuses = 403;
    expect(await behind(proxy)).toBe('AGENT_PROXY_REFUSED');
    proxy.refuses = undefined;
    proxy.silent = true;
    expect(await behind(proxy, 300)).toBe('ETIMEDOUT');
    const gone = new ConnectProxy();
    await gone.start();
    await gone.stop();
    expect(await behind(gone)).toBe('ECONNREFUSED');
    const strange = createTcpServer((socket) => socket.end('220 smtp.example ESMTP\r\n\r\n'));
    strange.listen(0, '127.0.0.1');
    await once(strange, 'listening');
    cleanUps.push(() => void strange.close());
    const none = new ConnectProxy();
    none.port = (strange.address() as { port: number }).port;
    expect(await behind(none)).toBe('AGENT_PROXY_REFUSED');
  });

  test('enrolment goes through it too, and an error says nothing of the login', async () => {
    const proxy = await startProxy();
    const collector = new EnrolmentServer({ device: 'd'.repeat(26), secret: 's'.repeat(43), brokerUrl: () => 'mqtt://127.0.0.1:1' });
    await collector.start();
    cleanUps.push(() => collector.stop());
    const at = { host: '127.0.0.1', port: proxy.port, login: 'lab:sesame' };
    const asking = {
      server: collector.url,
      ca: undefined,
      key: { token: 'a-token-of-the-school' },
      name: 'Máy 1',
      fingerprint: { macs: ['02:00:00:00:00:01'], disks: [] },
      insecurePlain: false,
      proxyFor: () => at,
      now: () => Date.now(),
    };
    expect(await enrol(asking)).toMatchObject({ device: 'd'.repeat(26) });
    expect(proxy.asked).toEqual([`127.0.0.1:${collector.port}`]);
    proxy.refuses = 407;
    const refused = await enrol(asking).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'AGENT_PROXY_REFUSED' });
    expect(String(refused)).not.toContain('sesame');
  });

  test.each([
    ['https://labwatch.example', { HTTPS_PROXY: 'http://p:3128' }, undefined, 'p:3128'],
    ['mqtts://labwatch.example', { https_proxy: 'p:3128' }, undefined, 'p:3128'],
    ['wss://labwatch.example', { HTTPS_PROXY: 'http://u:p%40ss@p:3128' }, undefined, 'p:3128 u:p@ss'],
    ['https://labwatch.example', { HTTPS_PROXY: 'http://p:3128' }, 'http://q:8080', 'q:8080'],
    ['https://labwatch.example', { HTTPS_PROXY: 'http://p:3128' }, 'none', 'direct'],
    ['https://labwatch.example', {}, undefined, 'direct'],
    ['https://labwatch.example', { HTTPS_PROXY: 'p', NO_PROXY: 'example' }, undefined, 'direct'],
    ['https://labwatch.example', { HTTPS_PROXY: 'p', NO_PROXY: 'other, .example' }, undefined, 'direct'],
    ['https://labwatch.example', { HTTPS_PROXY: 'p', NO_PROXY: 'watch.example' }, undefined, 'p:80'],
    ['https://labwatch.example:8443', { HTTPS_PROXY: 'p', NO_PROXY: 'labwatch.example:8443' }, undefined, 'direct'],
    ['https://labwatch.example:9443', { HTTPS_PROXY: 'p', NO_PROXY: 'labwatch.example:8443' }, undefined, 'p:80'],
    ['https://labwatch.example', { HTTPS_PROXY: 'p', no_proxy: '*' }, undefined, 'direct'],
    ['http://127.0.0.1:8080', { HTTPS_PROXY: 'p' }, undefined, 'direct'],
    ['mqtts://[::1]:8883', { HTTPS_PROXY: 'p' }, undefined, 'direct'],
  ] as const)('%s with %j and the setting %s: %s', (url, env, proxy, expected) => {
    const found = proxyRule({ proxy }, env)(new URL(url));
    expect(found === undefined ? 'direct' : [`${found.host}:${found.port}`, found.login].filter(Boolean).join(' ')).toBe(expected);
  });

  test.each(['socks5://p:1080', 'http://', '://', 'https://p'])('an address that is none: %s', (proxy) => {
    expect(() => proxyRule({ proxy }, {})).toThrow(expect.objectContaining({ code: 'AGENT_PROXY' }));
  });
});
