import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hardware, Mac, Product, Serial } from '../../protocol/text.ts';
import { defined, toCount, toHardwareText, toMac, toProduct, toSerial } from './clean.ts';

const patternOf = (schema: { pattern?: string }): RegExp => new RegExp(schema.pattern!, 'u');

describe('cleaners', () => {
  it.each([
    [toHardwareText, '  Intel(R)  Core(TM) i3-10100 ', 'Intel Core i3-10100'],
    [toHardwareText, 'Core™ i5', 'Core i5'],
    [toHardwareText, 'C:\\maker/model@x', 'C: maker model x'],
    [toHardwareText, 'Máy tính Thánh Gióng', 'Máy tính Thánh Gióng'],
    [toHardwareText, 'To be filled by O.E.M.', undefined],
    [toHardwareText, '\0\u0001', undefined],
    [toHardwareText, '///', undefined],
    [toProduct, 'Debian GNU/Linux', 'Debian GNU Linux'],
    [toProduct, '', undefined],
    [toSerial, '/ABC1234/CNCMS0001/', 'ABC1234 CNCMS0001'],
    [toSerial, 'ＡＢＣ１２３４', 'ABC1234'],
    [toSerial, 'số-máy', undefined],
    [toSerial, 'Default string', undefined],
    [toMac, '3C-52-82-11-22-33', '3c:52:82:11:22:33'],
    [toMac, '3c52.8211.2233', '3c:52:82:11:22:33'],
    [toMac, '3c:52', undefined],
  ] as const)('%o of %j', (clean, text, expected) => expect(clean(text)).toBe(expected));

  it.each([
    ['hardware', toHardwareText, patternOf(Hardware('x') as { pattern?: string })],
    ['product', toProduct, patternOf(Product('x') as { pattern?: string })],
    ['serial', toSerial, patternOf(Serial('x') as { pattern?: string })],
    ['address', toMac, patternOf(Mac as { pattern?: string })],
  ] as const)('whatever comes in, %s fits the contract or is left out', (_name, clean, pattern) => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      fc.constant(undefined),
      fc.constant(null),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = clean(text);
        expect(result === undefined || pattern.test(result)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('counts stay in bounds', () => {
    expect(toCount('3600', 1, 100_000)).toBe(3600);
    expect(toCount(3.6, 0, 9)).toBe(4);
    expect(toCount(-1, 0, 9)).toBeUndefined();
    expect(toCount('x', 0, 9)).toBeUndefined();
    expect(toCount('', 0, 9)).toBeUndefined();
    expect(toCount(Number.NaN, 0, 9)).toBeUndefined();
  });

  it('keys without a value go', () => expect(defined({ a: 1, b: undefined })).toStrictEqual({ a: 1 }));
});
