import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { parseSmbios } from './smbios.ts';

/** One structure: type, formatted area behind the header of 4 bytes, strings. */
function structure(type: number, area: readonly number[], strings: readonly string[]): Buffer {
  const texts = strings.length === 0 ? Buffer.from([0, 0]) : Buffer.from(`${strings.join('\0')}\0\0`, 'latin1');
  return Buffer.concat([Buffer.from([type, area.length + 4, 0, 0, ...area]), texts]);
}
const le = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

/** Type 17 of SMBIOS 2.8 (40 bytes), offsets of DSP0134 table 76. */
function memoryDevice(
  o: { size: number; extended?: number; type?: number; speed?: number; configured?: number },
  strings: string[],
): Buffer {
  const before = [0, 0, 0xfe, 0xff, 64, 0, 64, 0];
  const between = [9, 0, 1, 2, o.type ?? 0x1a, 0x80, 0];
  const texts = [3, 4, 5, 6, 1];
  const area = [
    ...before,
    ...le(o.size, 2),
    ...between,
    ...le(o.speed ?? 0, 2),
    ...texts,
    ...le(o.extended ?? 0, 4),
    ...le(o.configured ?? 0, 2),
    ...le(0, 6),
  ];
  return structure(17, area, strings);
}

/** Written from DSP0134; the UUID is its own example in section 7.2.1. */
const SYSTEM = structure(
  1,
  [1, 2, 3, 4, 0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 6, 5, 0],
  ['Dell Inc.', 'OptiPlex 3020', '00', 'ABC1234', 'SKU'],
);
const BOARD = structure(2, [1, 2, 0, 3, 0, 9, 4, 0, 0, 10, 0], ['Dell Inc.', '040DDP', '/ABC1234/CN7220/', 'x']);
const NAMES = ['DIMM1', 'ChannelA', 'Samsung', '12345678', '0', 'M378B5173QH0'];
const END = structure(127, [], []);

describe('SMBIOS', () => {
  it('gives system, board and modules', () => {
    const modules = [memoryDevice({ size: 4096, type: 0x18, speed: 1600, configured: 1333 }, NAMES), memoryDevice({ size: 0 }, ['DIMM2'])];
    expect(parseSmbios(Buffer.concat([SYSTEM, BOARD, ...modules, END]))).toEqual({
      maker: 'Dell Inc.',
      product: 'OptiPlex 3020',
      version: '00',
      serial: 'ABC1234',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      boardMaker: 'Dell Inc.',
      boardProduct: '040DDP',
      boardSerial: '/ABC1234/CN7220/',
      modules: [
        { size: 4 * 1024 ** 3, type: 'DDR3', speed: 1333, maker: 'Samsung', serial: '12345678', part: 'M378B5173QH0', slot: 'DIMM1' },
      ],
      slots: 2,
    });
  });

  it('knows the sizes that are not whole megabytes or need more bits', () => {
    const sizes = [0x7fff, 0x8000 | 512, 0xffff, 0x8000].map((size) => memoryDevice({ size, extended: 0x8000 }, NAMES));
    expect(parseSmbios(Buffer.concat(sizes)).modules.map((module) => module.size)).toEqual([32 * 1024 ** 3, 512 * 1024]);
  });

  it('tells a virtual machine by the second byte of the BIOS characteristics', () => {
    const bios = (second: number): Buffer => structure(0, [1, 2, 0, 0, 3, 0, ...le(0, 8), 0, second, 0, 0, 0, 0], ['a', 'b', 'c']);
    expect(parseSmbios(bios(0x10)).virtual).toBe(true);
    expect(parseSmbios(bios(0x0c)).virtual).toBe(false);
    expect(parseSmbios(structure(0, [1, 2, 0, 0, 3, 0, ...le(0, 8)], ['a'])).virtual).toBeUndefined();
  });

  it('reads what is whole of a table that was cut', () => {
    const table = Buffer.concat([SYSTEM, BOARD, END]);
    expect(parseSmbios(table.subarray(0, SYSTEM.length + 10)).product).toBe('OptiPlex 3020');
    expect(parseSmbios(table.subarray(0, 20))).toEqual({ modules: [], slots: 0 });
  });

  it('takes any bytes, and real tables with any byte changed', () => {
    const table = Buffer.concat([SYSTEM, BOARD, memoryDevice({ size: 4096 }, NAMES), END]);
    const changed = fc.array(fc.tuple(fc.nat({ max: table.length - 1 }), fc.nat({ max: 255 })), { maxLength: 10 }).map((changes) => {
      const copy = Buffer.from(table);
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), changed), (bytes) => {
        for (const { size } of parseSmbios(bytes).modules) expect(Number.isSafeInteger(size) && size > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(parseSmbios(new Uint8Array(100_000).fill(4)).modules).toEqual([]);
  });
});

it('counts the cores of the processors that are there', () => {
  const cpu = (status: number, cores: number, wide: number): Buffer =>
    structure(
      4,
      [1, 3, 0, 2, ...le(0, 8), 0, 0, ...le(0, 6), status, 1, ...le(0, 6), 0, 0, 0, cores, cores, cores, ...le(0, 4), ...le(wide, 2)],
      ['CPU0'],
    );
  expect(parseSmbios(Buffer.concat([cpu(0x41, 4, 4), END])).cores).toBe(4);
  expect(parseSmbios(Buffer.concat([cpu(0x41, 4, 4), cpu(0x41, 0xff, 300), cpu(0, 8, 8), END])).cores).toBe(304);
  expect(parseSmbios(Buffer.concat([cpu(0, 8, 8), END])).cores).toBeUndefined();
  expect(parseSmbios(Buffer.concat([structure(4, [1, 3, 0, 2], ['CPU0']), END])).cores).toBeUndefined();
});
