import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from '../../runtime/private-file.ts';
import { provisioningFail } from '../errors.ts';

const whyOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;

/** PEM of a public key, as agents pin it. */
export const publicPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' });

/**
 * Makes a pair of Ed25519 keys: `path` (PKCS #8, 0600) and `path`.pub. A key that is there is never replaced: every agent that
 * trusts it would be cut off from updates.
 * @returns the public one @throws LabwatchError RELEASE_KEY_EXISTS, RELEASE_FILE
 */
export function makeKey(path: string): { readonly publicPath: string; readonly pem: string } {
  const publicPath = `${path}.pub`;
  for (const each of [path, publicPath]) if (existsSync(each)) throw provisioningFail('RELEASE_KEY_EXISTS', { path: each });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicPem(publicKey);
  try {
    writePrivate(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writePrivate(publicPath, pem);
  } catch (error) {
    throw provisioningFail('RELEASE_FILE', { path, why: whyOf(error) }, error);
  }
  return { publicPath, pem };
}

function read(path: string, make: (text: string) => KeyObject, kind: string): KeyObject {
  let key: KeyObject;
  try {
    key = make(readFileSync(path, 'utf8'));
  } catch (error) {
    throw provisioningFail(
      'RELEASE_KEY',
      { path, why: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'ENOENT' : `no ${kind} in it` },
      error,
    );
  }
  if (key.asymmetricKeyType !== 'ed25519') throw provisioningFail('RELEASE_KEY', { path, why: 'not an Ed25519 key' });
  return key;
}

/** @throws LabwatchError RELEASE_KEY */
export const readSigningKey = (path: string): KeyObject => read(path, (text) => createPrivateKey(text), 'private key');
/** @throws LabwatchError RELEASE_KEY */
export const readPublicKey = (path: string): KeyObject => read(path, (text) => createPublicKey(text), 'public key');

/** Ed25519 over the bytes of the text, base64url. */
export const signText = (text: string, key: KeyObject): string => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url');
