import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfSupport } from './end-of-support.ts';
import { parseOsRelease } from './os-release.ts';

describe('os-release', () => {
  it('reads quoted, bare and escaped values and passes over the rest', () => {
    const text = '# a remark\nNAME="Some \\"Linux\\""\nID=debian\nVERSION_ID=\'12\'\nBROKEN\n=x\nPRETTY_NAME=\n';
    expect(parseOsRelease(text)).toStrictEqual({ name: 'Some "Linux"', id: 'debian', versionId: '12' });
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        expect(parseOsRelease(text)).toBeTypeOf('object');
      }),
    );
  });
});

describe('end of support', () => {
  it.each([
    ['debian', '11', '2026-08-31'],
    ['debian', '12', '2028-06-30'],
    ['debian', '13', '2030-06-30'],
    ['debian', '14', undefined],
    ['ubuntu', '18.04', '2023-05-31'],
    ['ubuntu', '22.04', '2027-06-01'],
    ['ubuntu', '22.04.5', '2027-06-01'],
    ['ubuntu', '26.04', '2031-05-29'],
    ['ubuntu', '25.10', undefined],
    ['linuxmint', '21.3', '2027-04-30'],
    ['linuxmint', '22', '2029-04-30'],
    ['arch', '1', undefined],
    ['constructor', 'name', undefined],
    ['debian', 'constructor', undefined],
  ])('%s %s', (id, versionId, expected) => expect(endOfSupport({ id, versionId })).toBe(expected));

  it('is unknown without a version', () => expect(endOfSupport({ id: 'debian' })).toBeUndefined());
});
