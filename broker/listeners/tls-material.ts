import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { readPrivate } from '../../runtime/private-file.ts';
import { brokerFail } from '../errors.ts';

/** PEM texts. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
}

/**
 * The server's key and certificate from `$home/tls`.
 * @returns undefined when there are none
 * @throws LabwatchError BROKER_TLS_MATERIAL when one of them is missing, unreadable, or they do not belong together
 */
export function readTlsMaterial(home: string): TlsMaterial | undefined {
  const folder = join(home, 'tls');
  try {
    const key = readPrivate(join(folder, 'server.key'));
    const cert = readPrivate(join(folder, 'server.crt'));
    if (key === undefined && cert === undefined) return undefined;
    if (key === undefined || cert === undefined) throw new Error(`no ${key === undefined ? 'server.key' : 'server.crt'}`);
    createSecureContext({ key, cert });
    return { key, cert };
  } catch (error) {
    throw brokerFail('BROKER_TLS_MATERIAL', { folder, why: (error as Error).message }, error);
  }
}
