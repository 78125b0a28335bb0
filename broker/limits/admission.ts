import { isIPv6 } from 'node:net';
import type { Refusal } from '../refusals/catalogue.ts';
import { TokenBucket } from './token-bucket.ts';

const MAX_ADDRESSES = 20_000;

/**
 * What a rate counts as one address: an IPv4 address, or the /64 of an IPv6 one, since one customer has all of a /64.
 */
export function addressKey(remote: string): string {
  const plain = remote.startsWith('::ffff:') && remote.includes('.') ? remote.slice(7) : remote;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

type AdmissionRule = (admission: Admission, key: string, now: number) => Refusal | undefined;

/** Whether a connection is taken at all, before a byte of it is read. */
export class Admission {
  readonly #options: { maxConnections: number; rate: number; burst: number };
  readonly #buckets = new Map<string, TokenBucket>();
  #open = 0;

  constructor(options: { maxConnections: number; rate: number; burst: number }) {
    this.#options = options;
  }

  static readonly #rules: readonly AdmissionRule[] = [
    (a) => (a.#open >= a.#options.maxConnections ? 'connection-cap' : undefined),
    (a, key, now) => (a.#bucket(key, now).take(now) ? undefined : 'address-rate'),
  ];

  /** @returns undefined when the connection is taken; then `release()` must be called once it is gone */
  admit(remote: string, now: number = performance.now()): Refusal | undefined {
    const key = addressKey(remote);
    for (const rule of Admission.#rules) {
      const refusal = rule(this, key, now);
      if (refusal !== undefined) return refusal;
    }
    this.#open += 1;
    return undefined;
  }

  release(): void {
    this.#open -= 1;
  }

  get open(): number {
    return this.#open;
  }

  /** Addresses remembered. */
  get known(): number {
    return this.#buckets.size;
  }

  /** The map is kept in order of use: the address not seen for longest goes first, and its bucket is most likely full again. */
  #bucket(key: string, now: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) this.#buckets.delete(key);
    const [oldest] = this.#buckets.size >= MAX_ADDRESSES ? this.#buckets.keys() : [];
    if (oldest !== undefined) this.#buckets.delete(oldest);
    const bucket = known ?? new TokenBucket(this.#options, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
