import { describe, expect, test } from 'vitest';
import { addressKey, Admission } from './admission.ts';
import { Inflight } from './inflight.ts';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  test('gives its burst, then its rate', () => {
    const bucket = new TokenBucket({ rate: 10, burst: 3 }, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
    expect(bucket.waitMs(0)).toBe(100);
    expect(bucket.take(99)).toBe(false);
    expect(bucket.take(100)).toBe(true);
    expect(bucket.take(100)).toBe(false);
    expect([1, 2, 3, 4].map(() => bucket.take(100_000))).toEqual([true, true, true, false]);
  });
});

describe('an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (remote, key) => {
    expect(addressKey(remote)).toBe(key);
  });
});

describe('admission', () => {
  test('takes so many connections, and more when some have gone', () => {
    const admission = new Admission({ maxConnections: 2, rate: 100, burst: 100 });
    expect([admission.admit('192.0.2.1', 0), admission.admit('192.0.2.2', 0), admission.admit('192.0.2.3', 0)]).toEqual([
      undefined,
      undefined,
      'connection-cap',
    ]);
    admission.release();
    expect(admission.admit('192.0.2.3', 0)).toBeUndefined();
    expect(admission.open).toBe(2);
  });

  test('limits each address for itself', () => {
    const admission = new Admission({ maxConnections: 100, rate: 1, burst: 1 });
    expect(admission.admit('192.0.2.1', 0)).toBeUndefined();
    expect(admission.admit('192.0.2.1', 0)).toBe('address-rate');
    expect(admission.admit('192.0.2.2', 0)).toBeUndefined();
    expect(admission.admit('192.0.2.1', 1_000)).toBeUndefined();
    expect(admission.open).toBe(3);
  });

  test('forgets addresses rather than grow without bound', () => {
    const admission = new Admission({ maxConnections: 1_000_000, rate: 1, burst: 2 });
    for (let i = 0; i < 50_000; i++) admission.admit(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    expect(admission.known).toBe(20_000);
    // The one seen last is still known.
    expect(admission.admit('10.0.195.79', 0)).toBeUndefined();
    expect(admission.admit('10.0.195.79', 0)).toBe('address-rate');
  });
});

describe('messages in flight', () => {
  test('are counted by device', () => {
    const inflight = new Inflight(2);
    inflight.begin('a');
    inflight.begin('a');
    inflight.begin('b');
    expect([inflight.room('a'), inflight.room('b'), inflight.room('c'), inflight.total]).toEqual([0, 1, 2, 3]);
    inflight.end('a');
    inflight.end('a');
    expect([inflight.room('a'), inflight.total]).toEqual([2, 1]);
  });
});
