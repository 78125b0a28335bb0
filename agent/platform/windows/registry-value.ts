import type { RegistryValue } from '../../probes/probe.ts';

/** REG_* of winnt.h. */
const SZ = 1;
const EXPAND_SZ = 2;
const DWORD = 4;
const DWORD_BIG_ENDIAN = 5;
const MULTI_SZ = 7;
const QWORD = 11;

const wide = new TextDecoder('utf-16le');

/**
 * Bytes of a value as RegEnumValueW gives them. Texts need not end in 0, may end in several, and may hold half a letter;
 * what does not have the size of its type stays bytes. Pure.
 */
export function registryValue(type: number, bytes: Uint8Array): RegistryValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = (): string => wide.decode(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  switch (type) {
    case SZ:
    case EXPAND_SZ:
      return whole().split('\0')[0]!;
    case MULTI_SZ:
      return whole()
        .split('\0')
        .filter((text) => text !== '');
    case DWORD:
      return bytes.length === 4 ? view.getUint32(0, true) : bytes;
    case DWORD_BIG_ENDIAN:
      return bytes.length === 4 ? view.getUint32(0, false) : bytes;
    case QWORD:
      return bytes.length === 8 ? view.getBigUint64(0, true) : bytes;
    default:
      return bytes;
  }
}
