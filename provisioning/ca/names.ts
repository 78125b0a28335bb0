import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { provisioningFail } from '../errors.ts';

/** What every certificate of ours is good for. */
const ALWAYS = ['localhost', '127.0.0.1', '::1'] as const;
const EVERYWHERE = new Set(['0.0.0.0', '::']);
const HOST = /^(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name and the addresses of this machine that another machine could use. */
export function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  // Link-local addresses carry a zone and are not what a certificate can name.
  const usable = addresses.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'));
  const host = hostname().toLowerCase();
  return [...(HOST.test(host) ? [host] : []), ...usable.map(({ address }) => address)];
}

/**
 * The names a certificate gets: what was asked for and always this machine by loopback; an address that stands for all
 * addresses is replaced by those of this machine. Sorted, without doubles.
 * @throws LabwatchError TLS_NAME
 */
export function certificateNames(asked: readonly string[]): string[] {
  const names = new Set<string>(ALWAYS);
  for (const name of asked.map((text) => text.trim().toLowerCase()).filter((text) => text !== '')) {
    if (EVERYWHERE.has(name)) for (const own of machineNames()) names.add(own);
    else if (isIP(name) !== 0 || HOST.test(name)) names.add(name);
    else throw provisioningFail('TLS_NAME', { name });
  }
  return [...names].toSorted();
}
