import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Text of SHA256SUMS as sha256sum(1) writes and checks it, sorted by name. */
export function checksumsOf(files: readonly string[]): string {
  const lines = files.map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}`);
  return `${lines.toSorted((a, b) => a.slice(66).localeCompare(b.slice(66), 'en')).join('\n')}\n`;
}

/** The key releases are signed with: Ed25519, PEM (PKCS #8), as `labwatch release keygen` makes it. @throws Error when it is another */
export function signingKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key for checksums is no Ed25519 key');
  return key;
}

/** The 64 bytes of an Ed25519 signature (RFC 8032) over the text: what `openssl pkeyutl -verify -rawin` takes. */
export const signChecksums = (text: string, key: KeyObject): Buffer => sign(null, Buffer.from(text), key);

/** @param publicPem SPKI, PEM */
export const checksumsAreSigned = (text: string, signature: Buffer, publicPem: string): boolean =>
  verify(null, Buffer.from(text), createPublicKey(publicPem), signature);
