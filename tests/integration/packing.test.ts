import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zstdWith } from '../../runtime/zstd.ts';
import { validExamples } from '../tools/examples.ts';
import { decode } from '../../protocol/decode.ts';
import { MAX_PAYLOAD_BYTES } from '../../protocol/envelope.ts';
import { DICTIONARY_1 } from '../../protocol/packing/dictionary-1.ts';
import { isPacked, pack, unpack } from '../../protocol/packing.ts';
import { DOWN_KINDS, type Kind, UP_KINDS } from '../../protocol/topics.ts';

const compression = zstdWith(Buffer.from(DICTIONARY_1, 'base64'));
const KINDS: readonly Kind[] = [...UP_KINDS, ...DOWN_KINDS];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each(KINDS)('every golden %s comes back as it was, and is no longer than before', (kind) => {
  for (const { bytes, message } of validExamples(kind)) {
    const packed = pack(bytes, compression);
    expect(packed.length).toBeLessThanOrEqual(bytes.length);
    const plain = isPacked(packed) ? unpack(packed, compression) : packed;
    expect(Buffer.from(plain!).toString()).toBe(JSON.stringify(message));
    // Whoever forgets to unpack is told so.
    expect(decode(kind, packed)).toMatchObject(isPacked(packed) ? { ok: false, code: 'PACKING' } : { ok: true });
  }
});

test('the report of a lab PC is packed to less than a quarter', () => {
  const { bytes } = validExamples('report').find(({ name }) => name === 'full')!;
  const fresh = Buffer.from(bytes)
    .toString()
    .replace(/"stream":"[^"]+"/, '"stream":"zz8w7e6r5t4y3u2i1o0p9a8s7d"')
    .replace(/"boot":"[^"]+"/, '"boot":"1032547698badcfe"');
  const packed = pack(bytesOf(fresh), compression);
  expect(packed.length * 4).toBeLessThan(fresh.length);
});

test('what does not get shorter goes out as it is', () => {
  const noise = bytesOf(`{"v":"${randomBytes(300).toString('base64')}"}`.slice(0, 20));
  expect(isPacked(pack(noise, compression))).toBe(false);
});

test('a bomb is not unpacked, and costs no memory', () => {
  const frame = zstdCompressSync(Buffer.alloc(50_000_000, ' '));
  const bomb = Buffer.concat([Buffer.from([1]), frame.subarray(4)]);
  expect(bomb.length).toBeLessThan(MAX_PAYLOAD_BYTES);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 20; i++) expect(unpack(bomb, compression)).toBeUndefined();
  expect(process.memoryUsage.rss() - before).toBeLessThan(40e6);
});

test('what is unpacked may be as large as a payload, and no larger', () => {
  const most = pack(bytesOf(`{${' '.repeat(MAX_PAYLOAD_BYTES - 2)}}`), compression);
  expect(unpack(most, compression)).toHaveLength(MAX_PAYLOAD_BYTES);
  expect(unpack(pack(bytesOf(`{${' '.repeat(MAX_PAYLOAD_BYTES - 1)}}`), compression), compression)).toBeUndefined();
});

test('damaged frames never throw', () => {
  const good = pack(validExamples('report')[0]!.bytes, compression);
  for (let i = 0; i < 2000; i++) {
    const bad = Uint8Array.from(good);
    for (let flips = 0; flips < 1 + (i % 3); flips++) bad[1 + Math.floor(Math.random() * (bad.length - 1))]! ^= 1 << (i % 8);
    const plain = unpack(i % 5 === 0 ? bad.subarray(0, 1 + Math.floor(Math.random() * bad.length)) : bad, compression);
    // Whatever came out of it, nothing throws.
    if (plain !== undefined) decode('report', plain);
  }
  expect(unpack(Uint8Array.of(1), compression)).toBeUndefined();
  expect(unpack(new Uint8Array(MAX_PAYLOAD_BYTES + 1).fill(1), compression)).toBeUndefined();
});
