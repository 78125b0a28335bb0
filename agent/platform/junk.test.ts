import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJunkMac, isJunkSerial, isJunkText, isJunkUuid, isLocalMac } from './junk.ts';

describe('junk texts', () => {
  it.each([
    'Default string',
    'To Be Filled By O.E.M.',
    'to be filled by O.E.M',
    '  To be filled by O.E.M. ',
    'System Serial Number',
    'System Product Name',
    'None',
    'N/A',
    'Not Specified',
    'Not Applicable',
    'INVALID',
    '',
    '   ',
    '0',
    '00000000',
    '0x00000000',
    'FFFFFFFF',
    'xxxxxxxx',
    '........',
    '----',
    '123456789',
    '0123456789',
    'Unknown',
    '[Empty]',
    'OEM',
  ])('%j', (text) => {
    expect(isJunkText(text)).toBe(true);
    expect(isJunkSerial(text)).toBe(true);
  });

  it.each(['ABC1234', 'OptiPlex 3080', 'ST1000DM003-1ER162', '5CG0123ABC', 'None of these', 'S22F350'])('%j is none', (text) => {
    expect(isJunkText(text)).toBe(false);
  });

  it('a serial number of fewer than 4 letters and digits is junk', () => {
    expect(isJunkSerial('A1')).toBe(true);
    expect(isJunkSerial('7-3 B')).toBe(true);
    expect(isJunkSerial('A1B2')).toBe(false);
  });
});

describe('junk UUIDs', () => {
  it.each([
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '03000200-0400-0500-0006-000700080009',
    '00010203-0405-0607-0809-0A0B0C0D0E0F',
    '03D40274-0435-05BE-2B06-A20700080009',
    '03d40274-0435-0530-cf06-9b0700080009',
    'DEADBEEF-DEAD-BEEF-DEAD-BEEFDEADBEEF',
    'FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE',
    'not a uuid',
    '',
  ])('%s', (uuid) => expect(isJunkUuid(uuid)).toBe(true));

  it.each(['4c4c4544-0042-4310-8031-b1c04f333432', '564D1E0F-7A2B-9C3D-4E5F-60718293A4B5'])('%s is none', (uuid) =>
    expect(isJunkUuid(uuid)).toBe(false),
  );

  it('hardly any random UUID is junk', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 4 }), (uuid) => {
        expect(isJunkUuid(uuid)).toBe(false);
      }),
    );
  });
});

describe('addresses', () => {
  it.each(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '02:00:00:00:00:00', 'aa:aa:aa:aa:aa:aa', '3c:52:82', ''])(
    '%s is junk',
    (mac) => expect(isJunkMac(mac)).toBe(true),
  );
  it('a card of hardware is not', () => expect(isJunkMac('3C:52:82:11:22:33')).toBe(false));
  it('tells an address somebody chose', () => {
    expect(isLocalMac('02:fc:00:00:00:01')).toBe(true);
    expect(isLocalMac('3c:52:82:11:22:33')).toBe(false);
  });
});
