import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { registryValue } from './registry-value.ts';
import { programText } from './run-program.ts';

const wide = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf16le'));

test('values as RegEnumValueW gives them', () => {
  expect(registryValue(1, wide('Bảo mật\0'))).toBe('Bảo mật');
  expect(registryValue(1, wide('not ended'))).toBe('not ended');
  expect(registryValue(2, wide('%ProgramFiles%\\x\0\0'))).toBe('%ProgramFiles%\\x');
  expect(registryValue(1, wide('cut in half').subarray(0, 7))).toBe('cut');
  expect(registryValue(4, Uint8Array.of(0, 0x11, 6, 0))).toBe(0x61100);
  expect(registryValue(5, Uint8Array.of(0, 6, 0x11, 0))).toBe(0x61100);
  expect(registryValue(4, Uint8Array.of(1))).toEqual(Uint8Array.of(1));
  expect(registryValue(7, wide('a\0bc\0\0'))).toEqual(['a', 'bc']);
  expect(registryValue(11, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0x80))).toBe(0x8000_0000_0000_0001n);
  expect(registryValue(3, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
});

test('any type with any bytes is a value', () => {
  fc.assert(
    fc.property(fc.nat({ max: 16 }), fc.uint8Array({ maxLength: 100 }), (type, bytes) => {
      expect(registryValue(type, bytes)).toBeDefined();
    }),
  );
});

test('programs of Windows write UTF-16 with a mark, or bytes', () => {
  expect(programText(Uint8Array.from([0xff, 0xfe, ...wide('Đã khóa')]))).toBe('Đã khóa');
  expect(programText(Buffer.from('Đã khóa'))).toBe('Đã khóa');
  expect(programText(new Uint8Array(0))).toBe('');
});
