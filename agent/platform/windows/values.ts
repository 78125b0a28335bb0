import type { RegistryValue } from '../../probes/probe.ts';

/** Values of one registry key, by name in lower case. */
export type Values = ReadonlyMap<string, RegistryValue>;

/** A text (SZ, EXPAND_SZ) that is not blank. */
export function textOf(values: Values | undefined, name: string): string | undefined {
  const value = values?.get(name.toLowerCase());
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A DWORD or QWORD, or the same written as a text in decimal or, after `0x`, in hexadecimal. */
export function numberOf(values: Values | undefined, name: string): number | undefined {
  const value = values?.get(name.toLowerCase());
  const text = typeof value === 'string' ? value.trim() : '';
  const number = typeof value === 'string' ? (/^(?:\d{1,15}|0x[0-9a-f]{1,12})$/i.test(text) ? Number(text) : Number.NaN) : Number(value);
  return value !== undefined && typeof value !== 'object' && Number.isSafeInteger(number) ? number : undefined;
}

/** Ticks of 100 ns from 1601 to 1970. */
const EPOCH_TICKS = 116_444_736_000_000_000n;
/** Nothing an agent reads was made before 1990 or will be after 2100. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** FILETIME (winnt.h): ticks of 100 ns since 1601. @returns epoch ms, or undefined for 0 and times that make no sense */
export function fileTime(ticks: bigint): number | undefined {
  const at = Number((ticks - EPOCH_TICKS) / 10_000n);
  return at >= EARLIEST && at <= LATEST ? at : undefined;
}

/** A FILETIME kept as 8 bytes, little-endian (REG_BINARY), or as a QWORD. @returns epoch ms */
export function timeOf(values: Values | undefined, name: string): number | undefined {
  const value = values?.get(name.toLowerCase());
  if (typeof value === 'bigint') return fileTime(value);
  if (!(value instanceof Uint8Array) || value.length !== 8) return undefined;
  return fileTime(new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0, true));
}

/** Variables that paths of the registry begin with, by name in lower case. */
export type Folders = ReadonlyMap<string, string>;

/**
 * `%ProgramFiles%\X\x.exe`, `"C:\X\x.exe" /switch` and the like to a plain path. A variable that is not known leaves it as it is.
 */
export function expandPath(text: string, folders: Folders): string {
  const plain = text.trim();
  const quoted = /^"([^"]+)"/.exec(plain)?.[1];
  const path = quoted ?? /^(.*?\.exe)(?:\s|$)/i.exec(plain)?.[1] ?? plain;
  return path.replace(/%([^%\s][^%]{0,40})%/g, (whole, name: string) => folders.get(name.toLowerCase()) ?? whole);
}
