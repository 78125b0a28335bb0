import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Costs a tenth of a millisecond for a small message; higher levels save nothing more. */
const LEVEL = 12;
/** 32 KiB: what a frame may ask the reader to keep in memory. */
const LARGEST_WINDOW_LOG = 15;
const CHUNK = 1024;

/** Zstandard for small messages with a dictionary, in one call each; frames say neither their size nor their dictionary. */
export function zstdWith(dictionary: Uint8Array): {
  compress(bytes: Uint8Array): Uint8Array;
  /** @throws the error of zlib when it is no whole frame, would be more than `maxBytes`, or asks for too much memory */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array;
} {
  const compressing = {
    [constants.ZSTD_c_compressionLevel]: LEVEL,
    [constants.ZSTD_c_windowLog]: LARGEST_WINDOW_LOG,
    [constants.ZSTD_c_contentSizeFlag]: 0,
    [constants.ZSTD_c_dictIDFlag]: 0,
  };
  const reading = { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW_LOG };
  return {
    compress: (bytes) => zstdCompressSync(bytes, { dictionary, chunkSize: CHUNK, params: compressing }),
    decompress: (bytes, maxBytes) =>
      zstdDecompressSync(bytes, { dictionary, chunkSize: CHUNK, maxOutputLength: maxBytes, params: reading }),
  };
}
