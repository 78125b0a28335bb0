import { MAX_PAYLOAD_BYTES } from './envelope.ts';

/**
 * A payload may be packed: one byte 01 instead of the `{` that JSON begins with, then a Zstandard frame (RFC 8878) made with
 * dictionary 1 of `packing/dictionary-1.ts`, without the four bytes of its magic number, which are always the same. Whoever does not pack
 * sends plain JSON, which everybody reads.
 */
export const PACKING_1 = 1;
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;

/** Zstandard with dictionary 1, of whatever the program runs on. */
export interface Compression {
  compress(bytes: Uint8Array): Uint8Array;
  /** @throws when it is no whole frame, or would be more than `maxBytes` */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/** A JSON text never begins with a control character. */
export const isPacked = (bytes: Uint8Array): boolean => bytes[0] === PACKING_1;

/** The packed form, or the bytes as they are when that is no shorter. */
export function pack(bytes: Uint8Array, compression: Compression): Uint8Array {
  const frame = compression.compress(bytes);
  const length = frame.length - MAGIC.length + 1;
  if (length >= bytes.length || MAGIC.some((byte, i) => frame[i] !== byte)) return bytes;
  const packed = new Uint8Array(length);
  packed[0] = PACKING_1;
  packed.set(frame.subarray(MAGIC.length), 1);
  return packed;
}

/** @returns the JSON text, at most MAX_PAYLOAD_BYTES long; undefined when it cannot be unpacked. Never throws. */
export function unpack(bytes: Uint8Array, compression: Compression): Uint8Array | undefined {
  if (bytes.length > MAX_PAYLOAD_BYTES) return undefined;
  const frame = new Uint8Array(bytes.length - 1 + MAGIC.length);
  frame.set(MAGIC);
  frame.set(bytes.subarray(1), MAGIC.length);
  try {
    return compression.decompress(frame, MAX_PAYLOAD_BYTES);
  } catch {
    return undefined;
  }
}
