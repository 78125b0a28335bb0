import { X509Certificate } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { openHome } from '../../runtime/home.ts';
import { readPrivate, writePrivate } from '../../runtime/private-file.ts';
import { provisioningFail } from '../errors.ts';

export const TLS_FOLDER = 'tls';

export interface TlsPaths {
  readonly caKey: string;
  readonly caCert: string;
  readonly key: string;
  readonly cert: string;
}

export function tlsPaths(home: string): TlsPaths {
  const folder = openHome(home, TLS_FOLDER);
  return {
    caKey: join(folder, 'ca.key'),
    caCert: join(folder, 'ca.crt'),
    key: join(folder, 'server.key'),
    cert: join(folder, 'server.crt'),
  };
}

/** A certificate may be read by everybody (0644), a key by nobody else (0600). */
export function writeCertificate(path: string, pem: string): void {
  writePrivate(path, pem);
  chmodSync(path, 0o644);
}

/** @returns undefined when there is no such file @throws LabwatchError TLS_DAMAGED */
export function readCertificate(path: string): X509Certificate | undefined {
  const pem = readPrivate(path);
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw provisioningFail('TLS_DAMAGED', { path, why: 'not a certificate' }, error);
  }
}
