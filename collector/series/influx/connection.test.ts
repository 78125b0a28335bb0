import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { RetryLater } from '../../ports/series-store.ts';
import { InfluxConnection } from './connection.ts';

/** What no InfluxDB does, and a proxy or a broken server may. The real one is tested in tests/integration. */

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  if (server !== undefined) await once(server, 'close');
  server = undefined;
});

async function against(listener: RequestListener, timeoutMs = 20_000): Promise<InfluxConnection> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new InfluxConnection({ url, database: 'labwatch', login: {}, timeoutMs });
}

test('an answer without end is cut off, the server is left, and the lines are tried again later', async () => {
  const gone = Promise.withResolvers<void>();
  const connection = await against((request, response) => {
    request.resume();
    response.on('close', gone.resolve);
    const chunk = Buffer.alloc(2 ** 20, 'x');
    const more = (): void => {
      while (response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  await expect(connection.write(['m f=1 1'])).rejects.toBeInstanceOf(RetryLater);
  await gone.promise;
});

test('a server that never answers is not waited for', async () => {
  const connection = await against((request) => void request.resume(), 300);
  await expect(connection.write(['m f=1 1'])).rejects.toBeInstanceOf(RetryLater);
});

test('a body that never ends in time is no answer', async () => {
  const connection = await against((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': '100' });
    response.write('{');
  }, 300);
  await expect(connection.write(['m f=1 1'])).rejects.toBeInstanceOf(RetryLater);
});
