import type { RegistryValue } from '../../probes/probe.ts';

/** Registry keys by their path in lower case, `hklm\…`; values by their name in lower case. */
export type RegistryText = ReadonlyMap<string, { readonly name: string; readonly values: ReadonlyMap<string, RegistryValue> }>;

const HIVES: Readonly<Record<string, string>> = {
  HKEY_LOCAL_MACHINE: 'HKLM',
  HKEY_USERS: 'HKU',
  HKEY_CURRENT_USER: 'HKCU',
  HKEY_CLASSES_ROOT: 'HKCR',
};

const wide = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf16le');
const untilZero = (text: string): string => text.split('\0')[0]!;

/** The type behind `hex(n)` is the REG_* number in hexadecimal (winnt.h): 1 SZ, 2 EXPAND_SZ, 4 DWORD, 7 MULTI_SZ, b QWORD. */
function ofBytes(type: string, bytes: Uint8Array): RegistryValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === '1' || type === '2') return untilZero(wide(bytes));
  if (type === '7')
    return wide(bytes)
      .split('\0')
      .filter((text) => text !== '');
  if (type === '4' && bytes.length >= 4) return view.getUint32(0, true);
  if (type === 'b' && bytes.length >= 8) return view.getBigUint64(0, true);
  return bytes;
}

function parseValue(text: string): RegistryValue | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
  if (quoted !== null) return quoted[1]!.replace(/\\(.)/gs, '$1');
  const dword = /^dword:([0-9a-f]{1,8})$/i.exec(text);
  if (dword !== null) return Number.parseInt(dword[1]!, 16);
  const hex = /^hex(?:\(([0-9a-f]+)\))?:([0-9a-f, ]*)$/i.exec(text);
  if (hex === null) return undefined;
  return ofBytes((hex[1] ?? '3').toLowerCase(), Uint8Array.from(Buffer.from(hex[2]!.replace(/[^0-9a-f]/gi, ''), 'hex')));
}

/**
 * The text of a `.reg` file as regedit exports it ("Windows Registry Editor Version 5.00"): `[HKEY_LOCAL_MACHINE\…]`, then
 * `"name"=…` or `@=…` with "text", dword:, hex:, hex(2):, hex(7):, hex(b):; a line that ends in `\` goes on in the next.
 * Keys that are only passed through (parents) are known too. What is not understood is passed over.
 */
export function parseRegFile(text: string): RegistryText {
  const keys = new Map<string, { name: string; values: Map<string, RegistryValue> }>();
  let at: Map<string, RegistryValue> | undefined;
  const reach = (path: string): Map<string, RegistryValue> => {
    const parts = path.split('\\');
    for (let i = 1; i <= parts.length; i++) {
      const each = parts.slice(0, i).join('\\').toLowerCase();
      if (!keys.has(each)) keys.set(each, { name: parts[i - 1]!, values: new Map() });
    }
    return keys.get(path.toLowerCase())!.values;
  };
  for (const line of text
    .replace(/\\\r?\n\s*/g, '')
    .split('\n')
    .map((each) => each.trim())) {
    const key = /^\[([A-Z_]+)((?:\\[^\\\]]+(?:\][^\\\]]+)*)*)\]$/.exec(line);
    if (key !== null) at = HIVES[key[1]!] === undefined ? undefined : reach(`${HIVES[key[1]!]}${key[2]}`);
    const pair = /^(@|"(?:[^"\\]|\\.)*")=(.*)$/.exec(line);
    if (pair === null || at === undefined) continue;
    const name = pair[1] === '@' ? '' : pair[1]!.slice(1, -1).replace(/\\(.)/g, '$1');
    const value = parseValue(pair[2]!);
    if (value !== undefined) at.set(name.toLowerCase(), value);
  }
  return keys;
}
