import type { Door } from '../../probes/probe.ts';
import { defined } from '../clean.ts';
import type { Disk, Nic } from '../linux-hardware.ts';
import { parseInterfaces, type WindowsInterface } from './interfaces.ts';
import { parseDiskSize, parseNvmeSerial, parseSeekPenalty, parseStorageDevice } from './storage.ts';

/** Numbers of `\\.\PhysicalDrive…` that are tried; they may have gaps. */
const MOST_DISKS = 16;

export const drive = (number: number): string => `\\\\.\\PhysicalDrive${number}`;

const QUERY_PROPERTY = 0x2d1400;
const GEOMETRY_EX = 0x700a0;

/** STORAGE_PROPERTY_QUERY: property, PropertyStandardQuery (0), one byte of parameters and padding. */
function property(id: number): Uint8Array {
  const query = new Uint8Array(12);
  query[0] = id;
  return query;
}

/**
 * STORAGE_PROPERTY_QUERY for the NVMe Identify Controller structure, as Microsoft's "Working with NVMe drives" builds it: property 49
 * (StorageAdapterProtocolSpecificProperty), then STORAGE_PROTOCOL_SPECIFIC_DATA: NVMe (3), identify (1), controller (1), and 4096 bytes
 * wanted 40 bytes further on.
 */
function identifyQuery(): Uint8Array {
  const query = new DataView(new ArrayBuffer(48 + 4096));
  for (const [at, value] of [
    [0, 49],
    [8, 3],
    [12, 1],
    [16, 1],
    [24, 40],
    [28, 4096],
  ] as const) {
    query.setUint32(at, value, true);
  }
  return new Uint8Array(query.buffer);
}

/** The descriptor of an NVMe disk holds another number (its EUI-64); Linux and the label tell the one of the controller. */
async function nvmeSerial(door: Door, number: number): Promise<string | undefined> {
  const query = identifyQuery();
  const answer = await door.windows!.control(drive(number), QUERY_PROPERTY, query, query.length);
  return answer === undefined ? undefined : parseNvmeSerial(answer);
}

async function readDisk(door: Door, number: number): Promise<Disk | undefined> {
  const ask = (code: number, input: Uint8Array, length: number): Promise<Uint8Array | undefined> =>
    door.windows!.control(drive(number), code, input, length);
  const bytes = await ask(QUERY_PROPERTY, property(0), 1024);
  const device = bytes === undefined ? undefined : parseStorageDevice(bytes);
  if (device === undefined) return undefined;
  const [penalty, geometry] = await Promise.all([ask(QUERY_PROPERTY, property(7), 12), ask(GEOMETRY_EX, new Uint8Array(0), 256)]);
  const seeks = penalty === undefined ? undefined : parseSeekPenalty(penalty);
  const size = geometry === undefined ? undefined : parseDiskSize(geometry);
  const serial = (device.bus === 'nvme' ? await nvmeSerial(door, number) : undefined) ?? device.serial;
  return {
    name: `PhysicalDrive${number}`,
    kind: device.bus === 'nvme' ? 'nvme' : device.bus === 'other' ? 'other' : seeks === undefined ? 'unknown' : seeks ? 'hdd' : 'ssd',
    ...(size === undefined ? {} : { size }),
    ...(device.maker === undefined ? {} : { maker: device.maker }),
    ...(device.model === undefined ? {} : { model: device.model }),
    ...(serial === undefined ? {} : { serial }),
    removable: device.removable || device.bus === 'usb' || device.bus === 'card',
  };
}

/** Every disk of this machine; asks the drivers, starts no program and wakes no disk. */
export async function readWindowsDisks(door: Door): Promise<Disk[]> {
  if (door.windows === undefined) return [];
  const disks = await Promise.all(Array.from({ length: MOST_DISKS }, (_, number) => readDisk(door, number)));
  return disks.filter((disk) => disk !== undefined);
}

/** Every interface as Windows tells it. */
export async function readWindowsInterfaces(door: Door): Promise<WindowsInterface[]> {
  const table = await door.windows?.interfaces();
  return table === undefined ? [] : parseInterfaces(table);
}

/** The same in the shape that Linux has. Windows does not tell whether an address was set by a person, but it tells the permanent one. */
function nicOf({ index, mac, permanentMac, kind, physical, loopback, speed, up }: WindowsInterface): Nic {
  const nic = { name: String(index), mac, permanentMac, assigned: 'unknown' as const, kind, physical, loopback, speed, up };
  return defined(nic);
}

/** Network cards for the inventory and the fingerprint. */
export async function readWindowsNics(door: Door): Promise<Nic[]> {
  return (await readWindowsInterfaces(door)).map(nicOf);
}
