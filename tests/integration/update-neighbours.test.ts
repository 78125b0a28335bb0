import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPlatform } from '../../agent/platform/index.ts';
import { ask, NoAnswer } from '../../agent/update/ask.ts';
import { download } from '../../agent/update/download.ts';
import { lineTo } from '../../agent/update/line.ts';
import { peerPath, PeerServer } from '../../agent/update/peer-server.ts';
import { selfSigned } from '../../collector/http/test-kit/certificate.ts';
import { tempFolder } from '../tools/programs.ts';

const folder = tempFolder('neighbours');
afterAll(() => folder.remove());

test('the line to the server is told by the system', async () => {
  const platform = openPlatform();
  expect(await lineTo(new URL('http://127.0.0.1:1'), platform)).toEqual({ cost: 'free', address: '127.0.0.1' });
  expect(await lineTo(new URL('http://[::1]:1'), platform)).toMatchObject({ address: undefined });
  expect(await lineTo(new URL('http://no-such-name.invalid'), platform)).toEqual({ cost: 'metered', address: undefined });
});

test('what neighbours may ask is one file by ranges, and no more than a few at once', async () => {
  const path = join(folder.path, 'shared');
  writeFileSync(path, Buffer.alloc(3_000_000, 7));
  const sha256 = 'c'.repeat(64);
  const peer = await PeerServer.start({ path, sha256, size: 3_000_000, address: '127.0.0.1', port: 0 });
  const fetchFrom = (url: string, range?: string): Promise<Response> =>
    fetch(`http://${peer.near}${url}`, range === undefined ? {} : { headers: { range } });
  const statuses = await Promise.all([
    fetchFrom('/'),
    fetchFrom('/../../etc/passwd', 'bytes=0-9'),
    fetchFrom(peerPath('d'.repeat(64)), 'bytes=0-9'),
    fetchFrom(peerPath(sha256)),
    fetchFrom(peerPath(sha256), 'bytes=0-3000000'),
    fetchFrom(peerPath(sha256), 'bytes=9-2'),
    fetchFrom(peerPath(sha256), 'bytes=5-9'),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 416, 416, 416, 206]);
  expect(Buffer.from(await statuses.at(-1)!.arrayBuffer())).toEqual(Buffer.alloc(5, 7));
  const crowd = await Promise.all(Array.from({ length: 12 }, () => fetchFrom(peerPath(sha256), 'bytes=0-999999')));
  expect(crowd.filter(({ status }) => status === 206)).toHaveLength(8);
  expect(crowd.filter(({ status }) => status === 503)).toHaveLength(4);
  for (const each of crowd) await each.body?.cancel();
  await peer.stop();
});

test('a neighbour that drips is not waited for for ever', async () => {
  const [sha256, size, path] = ['e'.repeat(64), 1000, join(folder.path, 'part')];
  const slow = createServer((_request, response) => {
    response.writeHead(206, { 'content-range': `bytes 0-999/${size}` });
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(slow.address() as AddressInfo).port}`);
  const source = { url, ca: undefined, headers: {}, rate: Infinity, rangeMs: 300 };
  await expect(download(source, { sha256, size, path, spare: 0 })).rejects.toMatchObject({ reason: 'download', message: 'too slow' });
  slow.closeAllConnections();
  slow.close();
});

test('the server is asked over TLS, and only one that our authority has signed', async () => {
  const [ours, foreign] = [await selfSigned(), await selfSigned()];
  const asked: (string | undefined)[] = [];
  const secure = createSecureServer(ours, (question, response) => {
    asked.push(question.headers.authorization);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://localhost:${(secure.address() as AddressInfo).port}`);
  const query = { version: '0.1.0', platform: 'linux-x64', line: 'free' } as const;
  const login = { device: 'a-device', secret: 'a-secret' };
  expect(await ask({ url, ca: ours.cert, ...login }, query)).toBeUndefined();
  await expect(ask({ url, ca: foreign.cert, ...login }, query)).rejects.toBeInstanceOf(NoAnswer);
  await expect(ask({ url, ca: undefined, ...login }, query)).rejects.toBeInstanceOf(NoAnswer);
  // Through a proxy, which sees where it goes and nothing more.
  const stops: string[] = [];
  const proxy = createServer().on('connect', (question, near, head) => {
    stops.push(question.url!);
    const far = connect(Number(url.port), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      far.write(head);
      far.pipe(near).pipe(far);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const through = { host: '127.0.0.1', port: (proxy.address() as AddressInfo).port };
  expect(await ask({ url, ca: ours.cert, ...login, proxyFor: () => through }, query)).toBeUndefined();
  expect([stops, asked.pop()]).toEqual([[url.host], asked[0]]);
  proxy.close();
  // The secret goes to nobody else.
  expect(asked).toEqual([`Basic ${Buffer.from('a-device:a-secret').toString('base64')}`]);
  secure.closeAllConnections();
  secure.close();
});
