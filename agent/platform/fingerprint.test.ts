import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifyingMacs, readFingerprint } from './fingerprint.ts';
import { openPlatform } from './index.ts';
import { parseSerialPage, parseUdevValue, type Nic } from './linux-hardware.ts';
import { memoryDoor, parseMachine } from './testing/memory-door.ts';

const card = (mac: string, more: Partial<Nic> = {}): Nic => ({
  name: 'eth0',
  mac,
  assigned: 'permanent',
  kind: 'wired',
  physical: true,
  loopback: false,
  up: true,
  ...more,
});

describe('addresses that identify', () => {
  it('are those of hardware, as made, sorted, once each', () => {
    const nics = [
      card('A4:B1:C1:00:00:02'),
      card('3c:52:82:11:22:33'),
      card('3c:52:82:11:22:33'),
      card('02:42:aa:bb:cc:dd', { physical: false }),
      card('00:00:00:00:00:00'),
    ];
    expect(identifyingMacs(nics)).toEqual(['3c:52:82:11:22:33', 'a4:b1:c1:00:00:02']);
  });

  it('do not follow a Wi-Fi card that makes up addresses', () => {
    const wifi = card('5e:11:22:33:44:55', { kind: 'wireless', assigned: 'set', permanentMac: 'a4:b1:c1:01:02:03' });
    expect(identifyingMacs([wifi])).toEqual(['a4:b1:c1:01:02:03']);
  });

  it('leave out one that somebody set while there is another, and take it when there is nothing else', () => {
    const set = card('3c:52:82:99:99:99', { assigned: 'set' });
    const local = card('02:fc:00:00:00:01');
    expect(identifyingMacs([set, local, card('3c:52:82:11:22:33')])).toEqual(['3c:52:82:11:22:33']);
    expect(identifyingMacs([local])).toEqual(['02:fc:00:00:00:01']);
    expect(identifyingMacs([])).toEqual([]);
  });
});

describe('a card on a USB port', () => {
  const dongle = card('00:e0:4c:68:00:01', { usb: true });
  it('is left out beside one that is built in, and wherever anything else identifies the machine', () => {
    expect(identifyingMacs([dongle, card('3c:52:82:11:22:33')])).toEqual(['3c:52:82:11:22:33']);
    expect(identifyingMacs([dongle, card('02:fc:00:00:00:01')])).toEqual(['02:fc:00:00:00:01']);
    expect(identifyingMacs([dongle])).toEqual(['00:e0:4c:68:00:01']);
    expect(identifyingMacs([dongle], false)).toEqual([]);
  });

  it('is known by where it is plugged in', async () => {
    const machine = parseMachine(
      [
        '== /sys/class/net/eth0/address\n00:e0:4c:68:00:01',
        '== /sys/class/net/eth0/addr_assign_type\n0',
        '== /sys/class/net/eth0/device -> /sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0',
        '== /sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/bInterfaceNumber\n00',
        '== /sys/block/nvme0n1/device/serial\nS4EWNX0R123456',
        '== /sys/block/nvme0n1/wwid\neui.0025385691b12f4c',
        '',
      ].join('\n'),
    );
    const disks = ['S4EWNX0R123456', 'eui.0025385691b12f4c'];
    expect(await readFingerprint(memoryDoor(machine))).toStrictEqual({ macs: [], disks });
  });
});

describe('serial numbers of disks', () => {
  it('come from VPD page 0x80', () => {
    const page = Buffer.concat([Buffer.from([0, 0x80, 0, 12]), Buffer.from('    Z4YBXXXX')]);
    expect(parseSerialPage(page)).toBe('Z4YBXXXX');
    expect(parseSerialPage(Buffer.from([0, 0x83, 0, 4, 65, 66, 67, 68]))).toBeUndefined();
    expect(parseSerialPage(page.subarray(0, 4))).toBeUndefined();
    expect(parseSerialPage(Buffer.concat([Buffer.from([0, 0x80, 0xff, 0xff]), Buffer.from('AB')]))).toBe('AB');
  });

  it('or from the udev database', () => {
    expect(parseUdevValue('S:x\nE:ID_SERIAL=a\nE:ID_SERIAL_SHORT=WD-1\n', 'ID_SERIAL_SHORT')).toBe('WD-1');
    expect(parseUdevValue('E:ID_SERIAL_SHORT=\n', 'ID_SERIAL_SHORT')).toBeUndefined();
  });

  it('and any bytes are taken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (page) => {
        expect(typeof parseSerialPage(page)).toMatch(/^(?:string|undefined)$/);
      }),
    );
  });
});

describe('fingerprint', () => {
  it('leaves out junk and what a person plugs in', async () => {
    const machine = parseMachine(
      [
        '== /sys/class/dmi/id/product_uuid\n03000200-0400-0500-0006-000700080009',
        '== /sys/class/dmi/id/board_serial\nTo be filled by O.E.M.',
        '== /sys/block/sda/device/serial\nWD-WCC4E1234567',
        '== /sys/block/sda/removable\n0',
        '== /sys/block/sdb/device/serial\nSTICK0001',
        '== /sys/block/sdb/removable\n1',
        '== /sys/block/dm-0/size\n1',
        '== /sys/class/net/eth0/address\n3c:52:82:11:22:33',
        '== /sys/class/net/eth0/addr_assign_type\n0',
        '== /sys/class/net/eth0/device/vendor\n0x8086',
        '',
      ].join('\n'),
    );
    expect(await readFingerprint(memoryDoor(machine))).toStrictEqual({ macs: ['3c:52:82:11:22:33'], disks: ['WD-WCC4E1234567'] });
  });

  it('keeps a good UUID and board serial, in one form', async () => {
    const machine = parseMachine(
      '== /sys/class/dmi/id/product_uuid\n4C4C4544-0042-4310-8031-B1C04F333432\n== /sys/class/dmi/id/board_serial\n/ABC1234/CNCMS0001/\n',
    );
    expect(await readFingerprint(memoryDoor(machine))).toStrictEqual({
      uuid: '4c4c4544-0042-4310-8031-b1c04f333432',
      board: 'ABC1234 CNCMS0001',
      macs: [],
      disks: [],
    });
  });

  it('of a machine that tells nothing is empty, not an error', async () => {
    expect(await readFingerprint(memoryDoor(parseMachine('')))).toStrictEqual({ macs: [], disks: [] });
  });

  it.runIf(process.platform === 'linux')('of this machine is the same twice, and its addresses are this machine’s', async () => {
    const platform = openPlatform();
    const fingerprint = await platform.fingerprint();
    expect(await platform.fingerprint()).toEqual(fingerprint);
    const own = readdirSync('/sys/class/net')
      .filter((name) => existsSync(`/sys/class/net/${name}/device`))
      .map((name) => readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim());
    expect(own).toEqual(expect.arrayContaining([...fingerprint.macs]));
  });

  it.runIf(process.platform === 'linux')('and the platform names its system', async () => {
    const os = await openPlatform().os();
    expect(os.family).toBe('linux');
    expect(os.name.length).toBeGreaterThan(0);
    expect(os.arch).toBe(process.arch);
  });
});
