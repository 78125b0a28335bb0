import { Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Net } from '../probes/probe.ts';

/** Milliseconds until the other side accepted or refused: both take one round trip, since the kernels do it among themselves. */
function handshake(address: string, port: number, timeoutMs: number): Promise<number | undefined> {
  // A name would be looked up first, and that is another time.
  if (isIP(address) === 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ host: address, port, autoSelectFamily: false });
    const settle = (answered: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answered ? performance.now() - began : undefined);
    };
    const timer = setTimeout(settle, timeoutMs, false);
    socket.once('connect', () => settle(true));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'ECONNREFUSED'));
  });
}

/** Asks the servers the system uses, past its caches. A name that does not exist is an answer too. */
async function resolveName(name: string, family: 4 | 6, timeoutMs: number): Promise<{ ms: number; addresses: string[] } | undefined> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  const began = performance.now();
  try {
    const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
    return { ms: performance.now() - began, addresses };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENODATA' || code === 'ENOTFOUND' ? { ms: performance.now() - began, addresses: [] } : undefined;
  }
}

/** The network as Node reaches it. */
export const nodeNet: Net = {
  handshake,
  resolve: resolveName,
  addresses: () =>
    Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter((one) => !one.internal).map((one) => one.address.toLowerCase())),
};
