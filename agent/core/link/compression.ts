import type { Compression } from '../../../protocol/packing.ts';
import { DICTIONARY_1 } from '../../../protocol/packing/dictionary-1.ts';
import { zstdWith } from '../../../runtime/zstd.ts';

/** How payloads are packed and unpacked here. */
export const COMPRESSION: Compression = zstdWith(Buffer.from(DICTIONARY_1, 'base64'));
