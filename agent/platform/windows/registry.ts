import type { RegistryValue } from '../../probes/probe.ts';
import { native, orNothing, pointerIn, pointerSlot } from './native.ts';
import { registryValue } from './registry-value.ts';

const openKey = native<number>(
  'advapi32.dll',
  'long __stdcall RegOpenKeyExW(uintptr_t key, str16 name, uint32_t options, uint32_t access, void *opened)',
);
const closeKey = native<number>('advapi32.dll', 'long __stdcall RegCloseKey(uintptr_t key)');
const enumKey = native<number>(
  'advapi32.dll',
  'long __stdcall RegEnumKeyExW(uintptr_t key, uint32_t index, void *name, void *length, void *reserved, void *kind, void *kindLength, void *written)',
);
const enumValue = native<number>(
  'advapi32.dll',
  'long __stdcall RegEnumValueW(uintptr_t key, uint32_t index, void *name, void *length, void *reserved, void *type, void *data, void *size)',
);

/** Predefined keys of winreg.h, widened with their sign as a 64-bit HKEY is. */
const HIVES: Readonly<Record<string, bigint>> = {
  HKCR: 0xffff_ffff_8000_0000n,
  HKCU: 0xffff_ffff_8000_0001n,
  HKLM: 0xffff_ffff_8000_0002n,
  HKU: 0xffff_ffff_8000_0003n,
};
/** KEY_READ, and the 64-bit view whatever this process is. */
const ACCESS = 0x2_0019 | 0x0100;
const SUCCESS = 0;
const MORE_DATA = 234;
/** Longest name of a value (16,383 letters) and the largest value that is read. */
const NAME_LETTERS = 16_384;
const VALUE_BYTES = 64 * 1024;
const MOST = 16_384;

/** Opens a key, lets it be read and closes it. */
function withKey<T>(path: string, read: (key: bigint) => T): T | undefined {
  return orNothing(() => {
    const cut = path.indexOf('\\');
    const hive = HIVES[cut === -1 ? path : path.slice(0, cut)];
    if (hive === undefined) return undefined;
    const slot = pointerSlot();
    if (openKey(hive, cut === -1 ? '' : path.slice(cut + 1), 0, ACCESS, slot) !== SUCCESS) return undefined;
    const key = pointerIn(slot);
    try {
      return read(key);
    } finally {
      closeKey(key);
    }
  });
}

/** @returns values by name in lower case, or undefined when the key is missing or may not be read */
export function registryValues(path: string): ReadonlyMap<string, RegistryValue> | undefined {
  return withKey(path, (key) => {
    const found = new Map<string, RegistryValue>();
    const name = Buffer.alloc(NAME_LETTERS * 2);
    const data = Buffer.alloc(VALUE_BYTES);
    const [length, type, size] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)];
    for (let index = 0; index < MOST; index++) {
      length.writeUInt32LE(NAME_LETTERS);
      size.writeUInt32LE(VALUE_BYTES);
      const code = enumValue(key, index, name, length, null, type, data, size);
      // A larger value than any that labwatch knows is passed over.
      if (code === MORE_DATA) continue;
      if (code !== SUCCESS) break;
      const text = name.toString('utf16le', 0, length.readUInt32LE() * 2);
      found.set(text.toLowerCase(), registryValue(type.readUInt32LE(), Uint8Array.from(data.subarray(0, size.readUInt32LE()))));
    }
    return found;
  });
}

/** @returns names of the keys below, sorted, or undefined when the key is missing or may not be read */
export function registryKeys(path: string): readonly string[] | undefined {
  return withKey(path, (key) => {
    const found: string[] = [];
    // The name of a key has at most 255 letters.
    const name = Buffer.alloc(512);
    const length = Buffer.alloc(4);
    for (let index = 0; index < MOST; index++) {
      length.writeUInt32LE(256);
      if (enumKey(key, index, name, length, null, null, null, null) !== SUCCESS) break;
      found.push(name.toString('utf16le', 0, length.readUInt32LE() * 2));
    }
    return found.toSorted();
  });
}
