import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWord, idleSecondsOf, parseWord, WORD_BYTES } from './helper-word.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('what a helper says', () => {
  it('comes back as it was said, and always fits', () => {
    fc.assert(
      fc.property(fc.nat({ max: 99_999_999 }), fc.nat({ max: 2 ** 43 }), (idleSeconds, mono) => {
        const text = formatWord(idleSeconds, mono);
        expect(text.length).toBeLessThanOrEqual(WORD_BYTES);
        expect(parseWord(bytesOf(text))).toEqual({ idleSeconds, mono });
      }),
    );
  });

  it.each(['', 'idle', 'idle 1', 'idle 2 3 4', 'idle 1 -1 4', 'idle 1 1 4\n', ' idle 1 1 4', 'idle 1 999999999 4', 'idle 1 1e3 4'])(
    'is nothing else: %j',
    (text) => {
      expect(parseWord(bytesOf(text))).toBeUndefined();
    },
  );

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseWord(bytes)).toBeUndefined();
      }),
    );
  });
});

describe('idle time', () => {
  it('goes on over the 49.7 days after which the counter of milliseconds begins anew', () => {
    expect(idleSecondsOf(65_000, 5_000)).toBe(60);
    expect(idleSecondsOf(4_000, 2 ** 32 - 26_000)).toBe(30);
    expect(idleSecondsOf(0, 2 ** 32 - 1)).toBe(0);
    expect(idleSecondsOf(2 ** 32 - 1, 0)).toBe(4_294_967);
  });
});
