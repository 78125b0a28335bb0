/**
 * Structures of the System Management BIOS (DMTF DSP0134, version 3.7), as Windows hands them over with
 * GetSystemFirmwareTable('RSMB') and Linux in /sys/firmware/dmi/tables/DMI. Pure; takes any bytes. Texts are as the maker
 * left them, junk included.
 */

/** One memory slot with a module in it (type 17, section 7.18). */
export interface SmbiosModule {
  /** Bytes. */
  readonly size: number;
  /** e.g. `DDR4`; absent when the firmware does not say. */
  readonly type?: string;
  /** Configured speed in MT/s, else the rated one; what shops and Windows call MHz. */
  readonly speed?: number;
  readonly maker?: string;
  readonly serial?: string;
  readonly part?: string;
  readonly slot?: string;
}

export interface Smbios {
  /** System information (type 1, section 7.2). */
  readonly maker?: string;
  readonly product?: string;
  readonly version?: string;
  readonly serial?: string;
  /** Lower case, in the order in which Windows and Linux print it. */
  readonly uuid?: string;
  /** Baseboard information (type 2, section 7.3). */
  readonly boardMaker?: string;
  readonly boardProduct?: string;
  readonly boardSerial?: string;
  /** `System is a virtual machine` of the BIOS characteristics (type 0, section 7.1.2.2); absent before SMBIOS 2.4. */
  readonly virtual?: boolean;
  /** Cores of all processors (type 4, section 7.5); absent when the firmware does not count them. */
  readonly cores?: number;
  readonly modules: readonly SmbiosModule[];
  /** Slots with and without a module; 0 when the firmware does not describe them. */
  readonly slots: number;
}

interface Structure {
  readonly type: number;
  /** The formatted area, header included. */
  readonly data: DataView;
  readonly strings: readonly string[];
}

const MOST_STRUCTURES = 4096;
/** Table 78: only what a school's PC has. */
const MEMORY_TYPES: Readonly<Record<number, string>> = {
  0x0f: 'SDRAM',
  0x12: 'DDR',
  0x13: 'DDR2',
  0x14: 'DDR2 FB-DIMM',
  0x18: 'DDR3',
  0x1a: 'DDR4',
  0x1b: 'LPDDR',
  0x1c: 'LPDDR2',
  0x1d: 'LPDDR3',
  0x1e: 'LPDDR4',
  0x22: 'DDR5',
  0x23: 'LPDDR5',
};

/** Text of a string set; makers write UTF-8 or, more often, plain ASCII. */
const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** Splits the table: header of 4 bytes (type, length, handle), formatted area, strings each ended by 0, one more 0. */
function* structuresOf(table: Uint8Array): Generator<Structure> {
  let at = 0;
  for (let count = 0; count < MOST_STRUCTURES && at + 4 <= table.length; count++) {
    const type = table[at]!;
    const length = table[at + 1]!;
    if (length < 4 || at + length > table.length) return;
    const data = new DataView(table.buffer, table.byteOffset + at, length);
    const strings: string[] = [];
    let next = at + length;
    while (next < table.length && table[next] !== 0) {
      const end = table.indexOf(0, next);
      if (end === -1) return;
      strings.push(textOf(table.subarray(next, end)));
      next = end + 1;
    }
    // Without any string there are two zeros.
    at = strings.length === 0 ? next + 2 : next + 1;
    yield { type, data, strings };
    // End-of-table (type 127, section 7.45).
    if (type === 127) return;
  }
}

const byte = ({ data }: Structure, at: number): number | undefined => (at < data.byteLength ? data.getUint8(at) : undefined);
const word = ({ data }: Structure, at: number): number | undefined => (at + 2 <= data.byteLength ? data.getUint16(at, true) : undefined);
const dword = ({ data }: Structure, at: number): number | undefined => (at + 4 <= data.byteLength ? data.getUint32(at, true) : undefined);

/** Strings are numbered from 1; 0 is none. */
function string(structure: Structure, at: number): string | undefined {
  const text = structure.strings[(byte(structure, at) ?? 0) - 1]?.trim();
  return text === undefined || text === '' ? undefined : text;
}

/** Section 7.2.1: the first three fields are little-endian. */
function uuid(structure: Structure): string | undefined {
  if (structure.data.byteLength < 24) return undefined;
  const hex = (at: number, length: number): string =>
    Array.from({ length }, (_, i) =>
      structure.data
        .getUint8(at + i)
        .toString(16)
        .padStart(2, '0'),
    ).join('');
  const swapped = (at: number, length: number): string => hex(at, length).match(/../g)!.toReversed().join('');
  return [swapped(8, 4), swapped(12, 2), swapped(14, 2), hex(16, 2), hex(18, 6)].join('-');
}

/** Section 7.18.4: 0 = empty, 0xFFFF = unknown, 0x7FFF = see the extended size (MiB); bit 15 = KiB instead of MiB. */
function sizeOf(structure: Structure): number | undefined {
  const size = word(structure, 12);
  if (size === undefined || size === 0 || size === 0xffff) return undefined;
  if (size === 0x7fff) {
    const extended = (dword(structure, 28) ?? 0) & 0x7fff_ffff;
    return extended === 0 ? undefined : extended * 1024 * 1024;
  }
  const units = size & 0x7fff;
  return units === 0 ? undefined : units * 1024 * ((size & 0x8000) === 0 ? 1024 : 1);
}

/** 0 = unknown, 0xFFFF = see the extended field behind it. */
function speedOf(structure: Structure): number | undefined {
  const one = (at: number, extended: number): number | undefined => {
    const speed = word(structure, at);
    const value = speed === 0xffff ? (dword(structure, extended) ?? 0) & 0x7fff_ffff : speed;
    return value === undefined || value === 0 ? undefined : value;
  };
  return one(32, 88) ?? one(21, 84);
}

function moduleOf(structure: Structure): SmbiosModule | undefined {
  const size = sizeOf(structure);
  if (size === undefined) return undefined;
  const found = {
    type: MEMORY_TYPES[byte(structure, 18) ?? 0],
    speed: speedOf(structure),
    maker: string(structure, 23),
    serial: string(structure, 24),
    part: string(structure, 26),
    slot: string(structure, 16),
  };
  return { size, ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Omit<SmbiosModule, 'size'>) };
}

/** Section 7.5: status bit 6 = there is a processor in the socket; 0xFF cores = see the count of 16 bits behind (3.0). */
function coresOf(structure: Structure): number {
  if (((byte(structure, 24) ?? 0) & 0x40) === 0) return 0;
  const cores = byte(structure, 35) ?? 0;
  return cores === 0xff ? (word(structure, 42) ?? 0) : cores;
}

/** Everything labwatch wants of the table. Of structures that may come several times (boards of a blade) the first counts. */
export function parseSmbios(table: Uint8Array): Smbios {
  const structures = Array.from(structuresOf(table));
  const first = (type: number): Structure | undefined => structures.find((one) => one.type === type);
  const bios = first(0);
  const system = first(1);
  const board = first(2);
  const memory = structures.filter((one) => one.type === 17);
  const cores = structures.filter((one) => one.type === 4).reduce((sum, one) => sum + coresOf(one), 0);
  const extension = bios === undefined ? undefined : byte(bios, 19);
  const texts = {
    maker: system && string(system, 4),
    product: system && string(system, 5),
    version: system && string(system, 6),
    serial: system && string(system, 7),
    uuid: system && uuid(system),
    boardMaker: board && string(board, 4),
    boardProduct: board && string(board, 5),
    boardSerial: board && string(board, 7),
    virtual: extension === undefined ? undefined : (extension & 0x10) !== 0,
    cores: cores === 0 ? undefined : cores,
  };
  const known = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)) as Omit<Smbios, 'modules' | 'slots'>;
  return { ...known, modules: memory.flatMap((one) => moduleOf(one) ?? []), slots: memory.length };
}
