import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blotNames, parseSession, SESSION_BYTES } from './session-info.ts';

test('a name of a user or a domain does not come through, only that there is one', () => {
  const info = Buffer.alloc(SESSION_BYTES);
  info.writeUInt32LE(1, 0);
  info.writeUInt32LE(3, 8);
  info.write('Console', 20, 'utf16le');
  info.write('nguyen.van.an', 86, 'utf16le');
  info.write('TRUONG-THCS', 128, 'utf16le');
  const blotted = blotNames(Buffer.from(info));
  expect(blotted.toString('utf16le')).not.toMatch(/nguyen|TRUONG/);
  expect(blotted.subarray(88, 128)).toEqual(Buffer.alloc(40));
  expect(parseSession(blotted)).toEqual({ session: 3, state: 0, flags: 0, console: true, user: true });
  expect(parseSession(blotNames(Buffer.from(info).fill(0, 86, 164)))).toMatchObject({ user: false });
});

test('nothing is read of what is not such a structure', () => {
  expect(parseSession(new Uint8Array(SESSION_BYTES))).toBeUndefined();
  expect(parseSession(new Uint8Array(SESSION_BYTES - 1).fill(1))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const session = parseSession(bytes);
      expect(session === undefined || bytes.length >= SESSION_BYTES).toBe(true);
      blotNames(bytes);
    }),
  );
});
