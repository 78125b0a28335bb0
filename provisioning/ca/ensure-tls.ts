import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { readPrivate, writePrivate } from '../../runtime/private-file.ts';
import { provisioningFail } from '../errors.ts';
import { readCertificate, tlsPaths, writeCertificate, type TlsPaths } from './files.ts';
import { issueAuthority, issueServer, type Issued } from './issue.ts';
import { certificateNames } from './names.ts';

/** With fewer days left than this a server certificate is renewed. */
export const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

export interface Tls {
  /** PEM of the server's key. */
  readonly key: string;
  /** PEM of the server's certificate. */
  readonly cert: string;
  /** PEM of the authority that agents trust. */
  readonly ca: string;
}

const endOf = (certificate: X509Certificate): number => certificate.validToDate.getTime();

/** Does the key belong to the certificate? A crash between writing the two leaves a pair that does not. */
function pairs(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** Makes the authority if there is none. @throws LabwatchError TLS_DAMAGED, TLS_EXPIRED */
export async function ensureAuthority(paths: TlsPaths, at: number): Promise<Issued & { readonly made: boolean }> {
  const key = readPrivate(paths.caKey);
  const certificate = readCertificate(paths.caCert);
  if (key === undefined && certificate === undefined) return { ...(await makeAuthority(paths, at)), made: true };
  // One without the other is not mended silently: every agent trusts the certificate that is gone.
  if (key === undefined || certificate === undefined) {
    throw provisioningFail('TLS_DAMAGED', { path: key === undefined ? paths.caKey : paths.caCert, why: 'missing' });
  }
  if (!pairs(certificate, key)) throw provisioningFail('TLS_DAMAGED', { path: paths.caKey, why: 'not the key of ca.crt' });
  if (endOf(certificate) <= at) throw provisioningFail('TLS_EXPIRED', { date: new Date(endOf(certificate)).toISOString().slice(0, 10) });
  return { key, cert: readPrivate(paths.caCert)!, made: false };
}

export async function makeAuthority(paths: TlsPaths, at: number): Promise<Issued> {
  const issued = await issueAuthority(at);
  writePrivate(paths.caKey, issued.key);
  writeCertificate(paths.caCert, issued.cert);
  return issued;
}

export async function makeServer(paths: TlsPaths, authority: Issued, names: readonly string[], at: number): Promise<Issued> {
  const issued = await issueServer(authority, names, at);
  writePrivate(paths.key, issued.key);
  writeCertificate(paths.cert, issued.cert);
  return issued;
}

const covers = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name, { subject: 'never' }) : certificate.checkIP(name)) !== undefined;

/** The server's pair if it is still good for these names, else undefined. */
function goodServer(paths: TlsPaths, names: readonly string[], at: number): Issued | undefined {
  const key = readPrivate(paths.key);
  const cert = readPrivate(paths.cert);
  if (key === undefined || cert === undefined) return undefined;
  const certificate = readCertificate(paths.cert)!;
  const ca = readCertificate(paths.caCert)!;
  const fresh = endOf(certificate) - at > RENEW_DAYS * DAY_MS || endOf(certificate) >= endOf(ca);
  const good = pairs(certificate, key) && certificate.verify(ca.publicKey) && fresh && endOf(certificate) > at;
  return good && names.every((name) => covers(certificate, name)) ? { key, cert } : undefined;
}

/**
 * TLS for the listeners, in `$home/tls`: makes our authority on the first run, and the server's certificate when it is
 * missing, has fewer than 30 days left, or does not name all of `names` (localhost and loopback are always named;
 * 0.0.0.0 stands for all addresses of this machine). An authority that is there is never replaced.
 * @throws LabwatchError TLS_DAMAGED, TLS_EXPIRED, TLS_NAME, HOME_UNWRITABLE
 */
export async function ensureTls(home: string, names: readonly string[], now: () => number = Date.now): Promise<Tls> {
  const paths = tlsPaths(home);
  const at = now();
  const wanted = certificateNames(names);
  const authority = await ensureAuthority(paths, at);
  const server = goodServer(paths, wanted, at) ?? (await makeServer(paths, authority, wanted, at));
  return { key: server.key, cert: server.cert, ca: authority.cert };
}
