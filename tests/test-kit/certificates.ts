import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEAR = 365 * 86_400_000;
x509.cryptoProvider.set(webcrypto as Crypto);

export interface Issued {
  /** PEM of the certificate. */
  readonly pem: string;
  /** PEM of its key. */
  readonly key: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: { readonly publicKey: webcrypto.CryptoKey; readonly privateKey: webcrypto.CryptoKey };
}

/** Which years from now it is valid. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}
export const NOW: Validity = { from: -1, to: 1 };
export const LONG_AGO: Validity = { from: -11, to: -9 };
export const FAR_OFF: Validity = { from: 9, to: 11 };

async function issue(name: string, by: Issued | undefined, { from, to }: Validity, extensions: readonly x509.Extension[]): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: by === undefined ? `CN=${name}` : by.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() + from * YEAR),
    notAfter: new Date(Date.now() + to * YEAR),
    extensions: [...extensions],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { pem: `${certificate.toString('pem')}\n`, key, certificate, keys };
}

/** An authority; `by` makes it an intermediate one. */
export const authority = (name: string, validity: Validity = NOW, by?: Issued): Promise<Issued> =>
  issue(name, by, validity, [new x509.BasicConstraintsExtension(true, 2, true)]);

/** The certificate of a server for 127.0.0.1, or for another name; `usage`: OID of its purpose. */
export function server(by: Issued, validity: Validity = NOW, over: { name?: string; usage?: string } = {}): Promise<Issued> {
  const { name, usage } = over;
  const names = name === undefined ? [{ type: 'ip', value: '127.0.0.1' } as const] : [{ type: 'dns', value: name } as const];
  return issue('server', by, validity, [
    new x509.BasicConstraintsExtension(false),
    new x509.SubjectAlternativeNameExtension(names),
    ...(usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([usage])]),
  ]);
}
