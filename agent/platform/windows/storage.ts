/** What STORAGE_DEVICE_DESCRIPTOR says of a disk. Texts are as the device gives them, trimmed. */
export interface StorageDevice {
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  /** The medium can be taken out. */
  readonly removable: boolean;
  readonly bus: 'sata' | 'nvme' | 'usb' | 'card' | 'other' | 'unknown';
}

/** STORAGE_BUS_TYPE of ntddstor.h: SCSI and RAID are also what storage controllers of PCs in RAID mode say. */
const BUSES: Readonly<Record<number, StorageDevice['bus']>> = {
  1: 'sata',
  2: 'sata',
  3: 'sata',
  7: 'usb',
  8: 'sata',
  10: 'sata',
  11: 'sata',
  12: 'card',
  13: 'card',
  14: 'other',
  15: 'other',
  16: 'other',
  17: 'nvme',
};
const MOST_TEXT = 256;

/** Text at an offset from the beginning, ended by 0; 0 and 0xFFFFFFFF mean that there is none. */
function textAt(bytes: Uint8Array, offset: number): string | undefined {
  if (offset === 0 || offset >= bytes.length) return undefined;
  const end = bytes.indexOf(0, offset);
  const text = Array.from(bytes.subarray(offset, Math.min(end === -1 ? bytes.length : end, offset + MOST_TEXT)), (byte) =>
    byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ' ',
  ).join('');
  return text.trim() === '' ? undefined : text.trim();
}

/**
 * Windows 7 hands over the serial number of an ATA disk in hexadecimal, and of each two characters the second first
 * (Win32_DiskDrive of then shows the same). 40 hexadecimal digits that come to printable text are taken for that.
 */
function plainSerial(text: string): string {
  if (!/^(?:[0-9a-f]{2}){20}$/i.test(text)) return text;
  const bytes = text.match(/../g)!.map((digits) => Number.parseInt(digits, 16));
  if (!bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) return text;
  return bytes
    .map((_, i) => String.fromCharCode(bytes[i ^ 1]!))
    .join('')
    .trim();
}

/**
 * STORAGE_DEVICE_DESCRIPTOR (ntddstor.h): RemovableMedia at 10; offsets of vendor, product, revision and serial number at 12, 16,
 * 20 and 24; BusType at 28. Pure; takes any bytes.
 */
export function parseStorageDevice(bytes: Uint8Array): StorageDevice | undefined {
  if (bytes.length < 36) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const maker = textAt(bytes, view.getUint32(12, true));
  const model = textAt(bytes, view.getUint32(16, true));
  const serial = textAt(bytes, view.getUint32(24, true));
  return {
    // "ATA" and "NVMe" are what the drivers put there.
    ...(maker === undefined || /^(?:ATA|NVMe)$/i.test(maker) ? {} : { maker }),
    ...(model === undefined ? {} : { model }),
    ...(serial === undefined ? {} : { serial: plainSerial(serial) }),
    removable: bytes[10] !== 0,
    bus: BUSES[view.getUint32(28, true)] ?? 'unknown',
  };
}

/**
 * Answer to a query of the NVMe Identify Controller structure: STORAGE_PROTOCOL_DATA_DESCRIPTOR (version, size, then
 * STORAGE_PROTOCOL_SPECIFIC_DATA with the offset of the data from itself at 16 and its length at 20), then the structure itself: serial
 * number in bytes 4 to 23 (NVM Express base specification, Identify Controller). Pure.
 */
export function parseNvmeSerial(bytes: Uint8Array): string | undefined {
  const start = 8;
  if (bytes.length < start + 40) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = start + view.getUint32(start + 16, true);
  const length = view.getUint32(start + 20, true);
  if (at < start + 40 || length < 24 || at + 24 > bytes.length) return undefined;
  const text = Array.from(bytes.subarray(at + 4, at + 24), (byte) => (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ' '))
    .join('')
    .trim();
  return text === '' ? undefined : text;
}

/** DEVICE_SEEK_PENALTY_DESCRIPTOR: version, size, then whether moving heads cost time. true = a disk that turns. Pure. */
export function parseSeekPenalty(bytes: Uint8Array): boolean | undefined {
  return bytes.length < 9 ? undefined : bytes[8] !== 0;
}

/** DISK_GEOMETRY_EX (IOCTL_DISK_GET_DRIVE_GEOMETRY_EX): DISK_GEOMETRY of 24 bytes, then the size in bytes. Pure. */
export function parseDiskSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 32) return undefined;
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(24, true));
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
