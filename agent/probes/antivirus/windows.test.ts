import { describe, expect, it } from 'vitest';
import { numberOf, timeOf, expandPath, textOf } from '../../platform/windows/values.ts';
import { licenceOf } from './editions.ts';
import { parseProductState } from './security-center.ts';
import { judgeWindows, parseEset, parseKaspersky, type WindowsEvidence } from './windows-products.ts';

describe('productState', () => {
  // Decimal, state, definitions current, of Microsoft.
  it.each<[number, string, boolean, boolean]>([
    [262144, 'off', true, false],
    [262160, 'off', false, false],
    [266240, 'on', true, false],
    [266256, 'on', false, false],
    [270336, 'snoozed', true, false],
    [327680, 'off', true, false],
    [327696, 'off', false, false],
    [331776, 'on', true, false],
    [331792, 'on', false, false],
    [393216, 'off', true, false],
    [393472, 'off', true, true],
    [393488, 'off', false, true],
    [397312, 'on', true, false],
    [397328, 'on', false, false],
    [397568, 'on', true, true],
    [397584, 'on', false, true],
    [401664, 'snoozed', true, true],
    [274432, 'expired', true, false],
    // The second byte is 0x11 here: a decoder that compares it with 0x10 calls a healthy Defender off.
    [0x61100, 'on', true, true],
    [0x64000, 'unknown', true, false],
  ])('%i', (state, expected, current, microsoft) => {
    expect(parseProductState(state)).toEqual({ state: expected, current, microsoft });
  });
});

describe('values of the registry', () => {
  const values = new Map<string, string | number | Uint8Array>([
    ['time', Uint8Array.from([0x00, 0x78, 0x3b, 0x3b, 0x9b, 0x78, 0xdd, 0x01])],
    ['zero', new Uint8Array(8)],
    ['short', new Uint8Array(7)],
    ['hex', '0xffffffff'],
    ['blank', '  '],
    ['word', 'abc'],
    ['one', 1],
  ]);

  it('a FILETIME of 8 bytes', () => {
    expect(timeOf(values, 'TIME')).toBe(Date.parse('2026-11-20T03:00:00Z'));
    expect([timeOf(values, 'zero'), timeOf(values, 'short'), timeOf(values, 'one'), timeOf(values, 'none')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('numbers and texts', () => {
    expect([numberOf(values, 'one'), numberOf(values, 'hex'), numberOf(values, 'word'), numberOf(values, 'time')]).toEqual([
      1,
      0xffff_ffff,
      undefined,
      undefined,
    ]);
    expect([textOf(values, 'word'), textOf(values, 'blank'), textOf(values, 'one')]).toEqual(['abc', undefined, undefined]);
  });

  it.each([
    ['%ProgramFiles%\\X\\x.exe', 'C:\\Program Files\\X\\x.exe'],
    ['"%programfiles%\\X\\x.exe" /tray', 'C:\\Program Files\\X\\x.exe'],
    ['C:\\X Y\\x.exe /tray', 'C:\\X Y\\x.exe'],
    ['%nobody%\\x.exe', '%nobody%\\x.exe'],
    ['C:\\100%\\x.exe', 'C:\\100%\\x.exe'],
  ])('the path %s', (text, path) => {
    expect(expandPath(text, new Map([['programfiles', 'C:\\Program Files']]))).toBe(path);
  });
});

describe('what makers keep', () => {
  it('Kaspersky: a time, never, nothing', () => {
    expect(parseKaspersky(new Map([['lastsuccessfulupdate', 1_795_140_000]]))).toEqual({ at: 1_795_140_000_000 });
    expect(parseKaspersky(new Map([['lastsuccessfulupdate', '0x6aff5120']]))).toEqual({ at: 0x6aff_5120 * 1000 });
    expect(parseKaspersky(new Map([['lastsuccessfulupdate', 0xffff_ffff]]))).toBeUndefined();
    expect(parseKaspersky(new Map([['lastsuccessfulupdate', 0]]))).toBeUndefined();
    expect(parseKaspersky(new Map())).toBeUndefined();
  });

  it('ESET: a number with a day, a number alone', () => {
    expect(parseEset(new Map([['scannerversion', '24246 (20211105)']])).definitions).toEqual({
      version: '24246',
      at: Date.UTC(2021, 10, 5),
    });
    expect(parseEset(new Map([['scannerversion', '24246']])).definitions).toBeUndefined();
    expect(parseEset(undefined)).toEqual({});
  });

  it.each([
    ['Microsoft Defender Antivirus', 'free'],
    ['Avast Free Antivirus', 'free'],
    ['Bkav Home', 'free'],
    ['Bkav Pro', 'paid'],
    ['Kaspersky Endpoint Security for Windows', 'paid'],
    ['Kaspersky Free', 'free'],
    ['ESET Security', 'paid'],
    ['Avast Antivirus', undefined],
    ['CMC Antivirus', undefined],
  ] as const)('the name %s says %s', (name, licence) => {
    expect(licenceOf(name)).toBe(licence);
  });
});

describe('Defender without a Security Center', () => {
  const evidence = (defender: Partial<WindowsEvidence['defender']>): WindowsEvidence => ({
    center: undefined,
    early: false,
    providers: [],
    defender: { service: 'running', realtimeOff: false, passive: false, ...defender },
    definitions: new Map(),
    versions: new Map(),
    installed: [],
  });
  const judged = (defender: Partial<WindowsEvidence['defender']>) => judgeWindows(evidence(defender), Date.UTC(2026, 10, 21))[0];

  it('watches when the daily look saw it watch, and not when something says otherwise', () => {
    expect(judged({ daily: { realtime: true } })).toMatchObject({ state: 'on', realtime: 'on' });
    expect(judged({ daily: { realtime: true, mode: 'SxS Passive Mode' } })).toMatchObject({ state: 'on', realtime: 'off' });
    expect(judged({ daily: { realtime: true }, realtimeOff: true })).toMatchObject({ state: 'on', realtime: 'off' });
    expect(judged({ passive: true })).toMatchObject({ state: 'on', realtime: 'off' });
    expect(judged({ service: 'stopped' })).toMatchObject({ state: 'off', realtime: 'off' });
    expect(judged({ service: 'changing' })).toMatchObject({ state: 'unknown', realtime: 'unknown' });
    expect(judgeWindows(evidence({ service: undefined }), 0)).toEqual([]);
  });

  it('while wscsvc has not started yet, what stood there before the restart holds; later it does not', () => {
    const provider = { ...parseProductState(0x41000), name: 'Kaspersky', defender: false, programs: [] };
    const stopped: WindowsEvidence = { ...evidence({ service: 'stopped' }), center: 'stopped', providers: [provider] };
    expect(judgeWindows({ ...stopped, early: true }, 0)).toMatchObject([{ name: 'Kaspersky', state: 'on', realtime: 'on' }]);
    expect(judgeWindows(stopped, 0).find(({ name }) => name === 'Kaspersky')).toMatchObject({ state: 'unknown', realtime: 'unknown' });
    // A server has none at any time.
    expect(judgeWindows({ ...stopped, center: undefined, early: true }, 0).find(({ name }) => name === 'Kaspersky')?.state).toBe('unknown');
  });

  it('takes the date of the daily look when the registry has none', () => {
    const at = Date.UTC(2026, 10, 20);
    expect(judged({ daily: { at, version: '1.2', engine: '1.1' } })).toMatchObject({ version: '1.1', definitions: { at, version: '1.2' } });
  });
});
