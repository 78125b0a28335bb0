import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsPlatform } from '../index.ts';
import { memoryDoor, parseMachine } from '../testing/memory-door.ts';
import { parseInterfaces } from './interfaces.ts';
import { parseDiskSize, parseNvmeSerial, parseSeekPenalty, parseStorageDevice } from './storage.ts';
import { buildText, windowsVersion } from './version.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A MIB_IF_ROW2 with what labwatch reads of it. */
function row(o: {
  type?: number;
  medium?: number;
  flags?: number;
  mac?: string;
  permanent?: string;
  up?: boolean;
  speed?: bigint;
}): Buffer {
  const bytes = Buffer.alloc(1352);
  bytes.writeUInt32LE(7, 8);
  bytes.writeUInt32LE(6, 1056);
  Buffer.from((o.mac ?? '3c5282112233').replaceAll(':', ''), 'hex').copy(bytes, 1060);
  Buffer.from((o.permanent ?? o.mac ?? '3c5282112233').replaceAll(':', ''), 'hex').copy(bytes, 1092);
  bytes.writeUInt32LE(o.type ?? 6, 1128);
  bytes.writeUInt32LE(o.medium ?? 14, 1140);
  bytes.writeUInt8(o.flags ?? 5, 1152);
  bytes.writeUInt32LE(o.up === false ? 2 : 1, 1156);
  bytes.writeBigUInt64LE(o.speed ?? 1_000_000_000n, 1200);
  bytes.writeBigUInt64LE(1234n, 1208);
  bytes.writeBigUInt64LE(567n, 1280);
  return bytes;
}
const table = (...rows: Buffer[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(rows.length);
  return Buffer.concat([head, ...rows]);
};

/** A STORAGE_DEVICE_DESCRIPTOR with these texts behind its 36 bytes. */
function descriptor(o: { vendor?: string; product?: string; serial?: string; bus: number; removable?: boolean }): Buffer {
  const head = Buffer.alloc(36);
  head.writeUInt8(o.removable ? 1 : 0, 10);
  head.writeUInt32LE(o.bus, 28);
  const texts: Buffer[] = [];
  let at = 36;
  for (const [offset, text] of [
    [12, o.vendor],
    [16, o.product],
    [24, o.serial],
  ] as const) {
    if (text === undefined) continue;
    head.writeUInt32LE(at, offset);
    texts.push(Buffer.from(`${text}\0`));
    at += text.length + 1;
  }
  return Buffer.concat([head, ...texts]);
}

describe('the interface table', () => {
  it('tells cards of hardware from the rest', () => {
    const rows = parseInterfaces(
      table(
        row({}),
        row({ type: 71, medium: 9, mac: '5e:11:22:33:44:55', permanent: 'a4:b1:c1:01:02:03', speed: 72_200_000n }),
        row({ flags: 2 }),
        row({ type: 24, medium: 0, flags: 0 }),
        row({ medium: 10 }),
        row({ up: false }),
      ),
    );
    expect(rows.map(({ kind, physical, loopback, speed }) => ({ kind, physical, loopback, speed }))).toEqual([
      { kind: 'wired', physical: true, loopback: false, speed: 1000 },
      { kind: 'wireless', physical: true, loopback: false, speed: 72 },
      { kind: 'wired', physical: false, loopback: false, speed: 1000 },
      { kind: 'other', physical: false, loopback: true, speed: 1000 },
      { kind: 'other', physical: false, loopback: false, speed: 1000 },
      { kind: 'wired', physical: true, loopback: false, speed: undefined },
    ]);
    expect(rows[1]).toMatchObject({ mac: '5e:11:22:33:44:55', permanentMac: 'a4:b1:c1:01:02:03', received: 1234, sent: 567 });
  });

  it('is read as far as it goes, whatever it is', () => {
    expect(parseInterfaces(table(row({}), row({})).subarray(0, 8 + 1352 + 5))).toHaveLength(1);
    expect(parseInterfaces(table(row({ speed: 2n ** 64n - 1n })))[0]).not.toHaveProperty('speed');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => void parseInterfaces(bytes)));
  });
});

describe('a disk', () => {
  it('says who made it', () => {
    const ssd = descriptor({ product: 'Samsung SSD 870 EVO 250GB', serial: '  S6PENX0R123456K ', bus: 11 });
    expect(parseStorageDevice(ssd)).toEqual({
      model: 'Samsung SSD 870 EVO 250GB',
      serial: 'S6PENX0R123456K',
      removable: false,
      bus: 'sata',
    });
    const stick = descriptor({ vendor: 'Kingston', product: 'DataTraveler', serial: '123', bus: 7, removable: true });
    expect(parseStorageDevice(stick)).toMatchObject({ maker: 'Kingston', removable: true, bus: 'usb' });
    expect(parseStorageDevice(descriptor({ bus: 17 }))).toEqual({ removable: false, bus: 'nvme' });
  });

  it('has its serial number put right where Windows 7 gives it in hexadecimal and with its bytes swapped', () => {
    const swapped = Buffer.from('  WD-WCC4E1234567'.padStart(20)).swap16().toString('hex');
    expect(parseStorageDevice(descriptor({ serial: swapped, bus: 3 }))?.serial).toBe('WD-WCC4E1234567');
    expect(parseStorageDevice(descriptor({ serial: 'ABCDEF0123456789', bus: 3 }))?.serial).toBe('ABCDEF0123456789');
  });

  it('of NVMe is known by the number of its controller, as Linux and the label have it', async () => {
    const answer = Buffer.alloc(48 + 4096);
    for (const [at, value] of [
      [0, 48],
      [4, 48],
      [8, 3],
      [12, 1],
      [24, 40],
      [28, 4096],
    ] as const)
      answer.writeUInt32LE(value, at);
    answer.write('S4EVNF0M123456J     ', 52, 'latin1');
    expect(parseNvmeSerial(answer)).toBe('S4EVNF0M123456J');
    expect(parseNvmeSerial(answer.subarray(0, 60))).toBeUndefined();
    const machine = [
      '== control \\\\.\\PhysicalDrive0 0x2d1400 00',
      hex(descriptor({ product: 'Samsung SSD 970 EVO', serial: '0025_3858_91B0_6A5B.', bus: 17 })),
      '== control \\\\.\\PhysicalDrive0 0x2d1400 31',
      hex(answer),
    ].join('\n');
    const platform = windowsPlatform(memoryDoor(parseMachine(machine)));
    expect((await platform.fingerprint()).disks).toEqual(['S4EVNF0M123456J']);
  });

  it('is taken from any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        parseStorageDevice(bytes);
        parseSeekPenalty(bytes);
        parseDiskSize(bytes);
        parseNvmeSerial(bytes);
      }),
    );
    const loop = descriptor({ product: 'x', bus: 11 });
    loop.writeUInt32LE(0xffff_ffff, 24);
    expect(parseStorageDevice(loop)).toEqual({ model: 'x', removable: false, bus: 'sata' });
  });
});

describe('the version', () => {
  const of = (values: Record<string, string | number>): ReturnType<typeof windowsVersion> =>
    windowsVersion(new Map(Object.entries(values)));

  it.each([
    [
      { productname: 'Windows 10 Pro', displayversion: '23H2', currentbuildnumber: '22631', ubr: 4317 },
      'Windows 11 Pro',
      '23H2',
      '22631.4317',
    ],
    [
      { productname: 'Windows 10 Pro', displayversion: '22H2', currentbuildnumber: '19045', ubr: 5011 },
      'Windows 10 Pro',
      '22H2',
      '19045.5011',
    ],
    [
      { productname: 'Windows 10 Enterprise 2016 LTSB', releaseid: '1607', currentbuildnumber: '14393' },
      'Windows 10 Enterprise 2016 LTSB',
      '1607',
      '14393',
    ],
    [
      { productname: 'Windows Server 2022 Standard', installationtype: 'Server', displayversion: '21H2', currentbuildnumber: '20348' },
      'Windows Server 2022 Standard',
      '21H2',
      '20348',
    ],
    [{}, 'Windows', undefined, undefined],
  ])('%o', (values, name, release, build) => {
    const version = of(values as unknown as Record<string, string | number>);
    expect([version.name, version.release, buildText(version)]).toEqual([name, release, build]);
  });

  it('of the kernel tells Windows 7 from the rest', () => {
    expect(of({ currentversion: '6.1', currentbuildnumber: '7601' }).kernel).toEqual([6, 1]);
    expect(of({ currentversion: '6.3', currentmajorversionnumber: 10, currentminorversionnumber: 0 }).kernel).toEqual([10, 0]);
  });
});

describe('a Windows machine', () => {
  const machine = [
    '== registry',
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]',
    '"ProductName"="Windows 10 Pro"',
    '"CurrentBuildNumber"="22631"',
    '"CurrentMajorVersionNumber"=dword:0000000a',
    '"CurrentMinorVersionNumber"=dword:00000000',
    '== firmware hex',
    // Type 1 with the UUID of DSP0134's example, type 2 with a serial number of junk.
    '011b0000 00000000 33221100554477668899aabbccddee01 000000 0000',
    `0209000000000001 00 ${Buffer.from('Default string\0\0').toString('hex')}`,
    '== interfaces hex',
    hex(table(row({}), row({ medium: 10, mac: 'a4:b1:c1:00:00:09' }))),
    '== control \\\\.\\PhysicalDrive0 0x2d1400 00',
    hex(descriptor({ product: 'CT240BX500SSD1', serial: '2009E28F1234', bus: 11 })),
    '== control \\\\.\\PhysicalDrive3 0x2d1400 00',
    hex(descriptor({ product: 'DataTraveler', serial: '60A44C413FAEF4A1', bus: 7, removable: true })),
  ].join('\n');
  const platform = windowsPlatform(memoryDoor(parseMachine(machine)));

  it('tells its system', async () => {
    expect(await platform.os()).toMatchObject({ family: 'windows', name: 'Windows 11 Pro', version: '10.0.22631' });
  });

  it('tells what identifies it, without junk and without what is plugged in', async () => {
    expect(await platform.fingerprint()).toEqual({
      uuid: '00112233-4455-6677-8899-aabbccddee01',
      macs: ['3c:52:82:11:22:33'],
      disks: ['2009E28F1234'],
    });
  });

  it('and tells nothing rather than something wrong when nothing answers', async () => {
    const empty = windowsPlatform(memoryDoor(parseMachine('== windows')));
    expect(await empty.os()).toMatchObject({ family: 'windows', name: 'Windows' });
    expect(await empty.fingerprint()).toEqual({ macs: [], disks: [] });
  });
});
