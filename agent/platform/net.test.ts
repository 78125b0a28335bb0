import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { nodeNet } from './net.ts';

let server: Server | undefined;
afterEach(async () => {
  if (server !== undefined) await new Promise((resolve) => server!.close(resolve));
  server = undefined;
});

async function listen(): Promise<number> {
  server = createServer((socket) => void socket.on('error', () => {}));
  await new Promise<void>((resolve) => {
    server!.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as { port: number }).port;
}

it('measures a port that is open, and one that is closed', async () => {
  const port = await listen();
  expect(await nodeNet.handshake('127.0.0.1', port, 5_000)).toBeGreaterThan(0);
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  expect(await nodeNet.handshake('127.0.0.1', port, 5_000)).toBeGreaterThan(0);
});

it('says nothing of what cannot be reached, and never throws', async () => {
  // Everybody's address is nobody's: the kernel refuses by itself.
  expect(await nodeNet.handshake('255.255.255.255', 53, 300)).toBeUndefined();
  expect(await nodeNet.handshake('not an address', 53, 300)).toBeUndefined();
});

it('knows its own addresses without loopback', () => {
  const addresses = nodeNet.addresses();
  expect(addresses.filter((address) => address === '::1' || address.startsWith('127.'))).toEqual([]);
  expect(addresses.every((address) => /^[0-9a-f.:]+$/.test(address))).toBe(true);
});
