import { createHash, randomBytes, scrypt, timingSafeEqual, type BinaryLike, type ScryptOptions } from 'node:crypto';

/** 256 random bits as base64url (43 characters). */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/**
 * What is kept of a random 256-bit secret: its SHA-256. A slow hash would add nothing to a secret that cannot be
 * guessed, and would melt the server when every lab of a province starts at 07:00.
 */
export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Compared against when there is nothing to compare with, so that an unknown name costs the same. */
const NOTHING = new Uint8Array(32);

/** Constant time in the secret. An unknown (undefined) hash never matches. */
export function matchesSecret(secret: string, hash: Uint8Array | undefined): boolean {
  const same = timingSafeEqual(hashSecret(secret), hash ?? NOTHING);
  return same && hash !== undefined;
}

/** OWASP's password storage guidance for scrypt: N=2^15, r=8, p=3 or N=2^17, p=1; ours is N=2^15, r=8, p=1, 32 MiB for each check. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const KEY_BYTES = 32;

const derive = (password: BinaryLike, salt: Uint8Array, length: number, options: ScryptOptions): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

/** The same word typed on two keyboards may arrive composed or decomposed (RFC 8265 asks for NFC). */
const plain = (password: string): string => password.normalize('NFC');

/** @returns `scrypt$N$r$p$salt$key`, the last two base64url */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(plain(password), salt, KEY_BYTES, { ...COST, maxmem: 128 * COST.N * COST.r * 2 });
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), Buffer.from(key).toString('base64url')].join('$');
}

/** What an unknown user is checked against: as dear as a real one, and no password opens it. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Constant time in the password; an undefined hash costs as much and is never matched. */
export async function matchesPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [scheme, n, r, p, salt, key] = (hash ?? NOBODY).split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false;
  const wanted = Buffer.from(key, 'base64url');
  const options = { N: Number(n), r: Number(r), p: Number(p) };
  const got = await derive(plain(password), Buffer.from(salt, 'base64url'), wanted.length, {
    ...options,
    maxmem: 128 * options.N * options.r * 2,
  });
  return timingSafeEqual(got, wanted) && hash !== undefined;
}
