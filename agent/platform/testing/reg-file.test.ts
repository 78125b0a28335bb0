import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryDoor, parseMachine } from './memory-door.ts';
import { parseRegFile } from './reg-file.ts';

/** As `reg export` of Windows 10 writes it (the format is described in Microsoft's article 310516). */
const EXPORT = String.raw`Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Test]
@="default"
"Text"="C:\\Program Files\\\"x\".exe"
"Number"=dword:00061100
"Big"=hex(b):00,78,3b,3b,9b,78,dd,01
"Bytes"=hex:00,78,3b,3b,\
  9b,78,dd,01
"Expand"=hex(2):25,00,50,00,25,00,00,00
"Many"=hex(7):61,00,00,00,62,00,63,00,00,00,00,00

[HKEY_LOCAL_MACHINE\SOFTWARE\Test\{AB}\Below]
"Ngôn ngữ"="Tiếng Việt"

[HKEY_STRANGE\x]
"a"="b"
`;

test('every type of value is read as the API gives it', () => {
  const values = parseRegFile(EXPORT).get('hklm\\software\\test')!.values;
  expect(Object.fromEntries(values)).toEqual({
    '': 'default',
    text: 'C:\\Program Files\\"x".exe',
    number: 0x61100,
    big: 134396172000000000n,
    bytes: Uint8Array.from([0, 0x78, 0x3b, 0x3b, 0x9b, 0x78, 0xdd, 1]),
    expand: '%P%',
    many: ['a', 'bc'],
  });
});

test('a memory machine answers for its registry, whatever the case of the letters', async () => {
  const { windows } = memoryDoor(parseMachine(`== registry\n${EXPORT}`));
  expect(await windows?.keys('HKLM\\Software\\TEST')).toEqual(['{AB}']);
  expect(await windows?.keys('HKLM\\Software\\Test\\{ab}')).toEqual(['Below']);
  expect((await windows?.values('HKLM\\SOFTWARE\\Test\\{AB}\\Below'))?.get('ngôn ngữ')).toBe('Tiếng Việt');
  expect(await windows?.values('HKLM\\SOFTWARE\\Other')).toBeUndefined();
  expect(await windows?.keys('HKLM\\SOFTWARE\\Other')).toBeUndefined();
});

test('the other sections of a Windows machine', async () => {
  const text = [
    '== windows',
    '== service WinDefend running',
    '== session hex',
    '01 00 # level',
    '== times idle=1 kernel=2 user=3',
    '== control \\\\.\\PhysicalDrive0 0x2d1400 07',
    'aabbcc',
    '== present {4D36E96E-e325-11ce-bfc1-08002be10318}',
    'DISPLAY\\DEL40F4\\4&2',
    '== helper session=1 idle=30 age=5',
    '== C:\\Program Files\\A B\\c.exe  mtime=5',
    'x',
    '== space C:\\ total=10 free=5 available=4',
    '== run wevtutil.exe',
    '<Event/>',
  ].join('\n');
  const door = memoryDoor(parseMachine(text), () => 60_000);
  const windows = door.windows!;
  expect(await windows.service('windefend')).toBe('running');
  expect(await windows.service('other')).toBeUndefined();
  expect(await windows.sessions()).toEqual([Uint8Array.from([1, 0])]);
  expect(Buffer.from((await windows.processorTimes())!).readBigUInt64LE(16)).toBe(3n);
  expect(await windows.control('\\\\.\\PhysicalDrive0', 0x2d1400, Uint8Array.from([7, 0, 0, 0]), 2)).toEqual(Uint8Array.from([0xaa, 0xbb]));
  expect(await windows.control('\\\\.\\PhysicalDrive0', 0x2d1400, new Uint8Array(4), 2)).toBeUndefined();
  expect(await windows.present('{4d36e96e-e325-11ce-bfc1-08002be10318}')).toEqual(['DISPLAY\\DEL40F4\\4&2']);
  expect(windows.openHelperPost()?.words()).toEqual([{ session: 1, idleSeconds: 30, mono: 55_000 }]);
  expect(await door.readText('c:\\program files\\a b\\C.EXE')).toBe('x\n');
  expect((await door.stat('C:\\Program Files\\A B'))?.size).toBe(0);
  expect((await door.space('C:\\'))?.free).toBe(5);
  expect(await door.run('C:\\Windows\\System32\\wevtutil.exe', ['qe', 'System'], { timeoutMs: 1 })).toBe('<Event/>');
});

test('any text is taken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      expect(parseRegFile(`[HKEY_LOCAL_MACHINE\\a]\n${text}`).has('hklm\\a')).toBe(true);
    }),
  );
});
