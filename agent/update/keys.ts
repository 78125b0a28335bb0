import { createPublicKey, type KeyObject } from 'node:crypto';
import { readPrivate } from '../../runtime/private-file.ts';
import { UpdateFailure } from './failure.ts';

const BLOCK = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]{1,400}-----END PUBLIC KEY-----/g;

/** The Ed25519 keys among the PEM blocks of a text; others are left out. */
export function keysIn(text: string): KeyObject[] {
  return Array.from(text.matchAll(BLOCK), ([pem]) => {
    try {
      return createPublicKey(pem);
    } catch {
      return undefined;
    }
  }).filter((key) => key?.asymmetricKeyType === 'ed25519') as KeyObject[];
}

/**
 * The keys this machine trusts: those of its installation, and those that releases brought.
 * @param path file that came with the installer; without it there are none, whatever releases brought
 * @throws UpdateFailure when a file is named that cannot be read or has no key in it
 */
export function trustedKeys(path: string, brought: readonly string[]): KeyObject[] {
  let text: string | undefined;
  try {
    text = readPrivate(path);
  } catch (error) {
    throw new UpdateFailure('other', `the release key ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
  if (text === undefined) return [];
  const pinned = keysIn(text);
  if (pinned.length === 0) throw new UpdateFailure('other', `there is no Ed25519 public key in ${path}`);
  return [...pinned, ...keysIn(brought.join('\n'))];
}
