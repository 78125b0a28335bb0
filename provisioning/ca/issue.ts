import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';

/** Keys and signatures: ECDSA on P-256 with SHA-256, which every TLS client since Windows 7 knows. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_DAYS = 3652;
/** The longest that Apple's systems accept for a certificate of a private authority. */
export const SERVER_DAYS = 825;
/** A machine whose clock is a little slow should not find a certificate "not yet valid". */
const EARLIER_MS = DAY_MS;

export interface Issued {
  readonly key: string;
  readonly cert: string;
}

/** Loaded only when something is to be issued: a start with valid certificates does without. */
async function library(): Promise<typeof X509> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  return x509;
}

const serial = (): string => {
  const bytes = randomBytes(16);
  // Positive and without a leading zero byte, as DER wants an integer.
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
};

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

async function keyPem(x509: typeof X509, key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key as never), 'PRIVATE KEY')}\n`;
}

/** A new authority of our own: 10 years, may sign server certificates and nothing below. */
export async function issueAuthority(at: number): Promise<Issued> {
  const x509 = await library();
  const keys = await newKeys();
  // A name of its own, so that a machine that knows two installations tells them apart.
  const name = `CN=labwatch CA ${randomBytes(4).toString('hex')}, O=labwatch`;
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name,
    notBefore: new Date(at - EARLIER_MS),
    notAfter: new Date(at - EARLIER_MS + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await keyPem(x509, keys.privateKey), cert: `${cert.toString('pem')}\n` };
}

/** A server certificate for these names and addresses, never longer than its authority. */
export async function issueServer(authority: Issued, names: readonly string[], at: number): Promise<Issued> {
  const x509 = await library();
  const keys = await newKeys();
  const ca = new x509.X509Certificate(authority.cert);
  const caKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decode(authority.key)[0]!, ALGORITHM, false, ['sign']);
  const notBefore = new Date(at - EARLIER_MS);
  const notAfter = new Date(Math.min(notBefore.getTime() + SERVER_DAYS * DAY_MS, ca.notAfter.getTime()));
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=labwatch server, O=labwatch',
    issuer: ca.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: caKey as CryptoKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  return { key: await keyPem(x509, keys.privateKey), cert: `${cert.toString('pem')}\n` };
}
