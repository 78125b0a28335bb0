import type { Door } from '../probes/probe.ts';

/** A network interface as /sys/class/net tells it (Documentation/ABI/testing/sysfs-class-net). */
export interface Nic {
  readonly name: string;
  readonly mac?: string;
  /** The address burnt into the card, where the system tells it apart from the one in use. */
  readonly permanentMac?: string;
  readonly assigned: 'permanent' | 'random' | 'stolen' | 'set' | 'unknown';
  readonly kind: 'wired' | 'wireless' | 'other';
  /** There is a device behind it: not a bridge, tunnel, container or loopback. */
  readonly physical: boolean;
  /** On a USB port, where the next machine may have it tomorrow. Absent where the system does not tell. */
  readonly usb?: boolean;
  readonly loopback: boolean;
  /** Mbit/s; absent when the card does not tell (-1, Wi-Fi, no link). */
  readonly speed?: number;
  readonly up: boolean;
}

const ASSIGNED = ['permanent', 'random', 'stolen', 'set'] as const;
/** ARPHRD_ETHER and ARPHRD_LOOPBACK of linux/if_arp.h. */
const ETHERNET = 1;
const LOOPBACK = 772;

async function nicText(door: Door, name: string, file: string): Promise<string | undefined> {
  return (await door.readText(`/sys/class/net/${name}/${file}`))?.trim();
}

/** What changes with the cable: whether there is a link, and its speed. */
export async function readLink(door: Door, name: string): Promise<Pick<Nic, 'up' | 'speed'>> {
  const [state, speedText] = await Promise.all([nicText(door, name, 'operstate'), nicText(door, name, 'speed')]);
  const speed = Number(speedText ?? Number.NaN);
  const up = state === 'up' || state === 'unknown';
  return Number.isInteger(speed) && speed > 0 && speed <= 1_000_000 ? { up, speed } : { up };
}

async function readNic(door: Door, name: string): Promise<Nic> {
  const folder = `/sys/class/net/${name}`;
  const [mac, type, assigned, device, real, wireless, phy, link] = await Promise.all([
    nicText(door, name, 'address'),
    nicText(door, name, 'type'),
    nicText(door, name, 'addr_assign_type'),
    door.stat(`${folder}/device`),
    door.realPath(`${folder}/device`),
    door.stat(`${folder}/wireless`),
    nicText(door, name, 'phy80211/macaddress'),
    readLink(door, name),
  ]);
  const isWireless = wireless !== undefined || phy !== undefined;
  return {
    name,
    ...(mac === undefined ? {} : { mac }),
    ...(phy === undefined ? {} : { permanentMac: phy }),
    assigned: ASSIGNED[Number(assigned ?? Number.NaN)] ?? 'unknown',
    kind: isWireless ? 'wireless' : Number(type) === ETHERNET ? 'wired' : 'other',
    physical: device !== undefined,
    ...((real ?? '').includes('/usb') ? { usb: true } : {}),
    loopback: Number(type) === LOOPBACK || name === 'lo',
    ...link,
  };
}

/** Every network interface of this name space. */
export async function readNics(door: Door): Promise<Nic[]> {
  const names = (await door.listDir('/sys/class/net')) ?? [];
  return Promise.all(names.filter((name) => name !== 'bonding_masters').map((name) => readNic(door, name)));
}

/** A whole disk as /sys/block tells it. */
export interface Disk {
  readonly name: string;
  readonly kind: 'hdd' | 'ssd' | 'nvme' | 'other' | 'unknown';
  /** Bytes. */
  readonly size?: number;
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  /** EUI-64 of an NVMe disk as Linux writes it (`eui.0025385691b12f4c`): Windows gives it in place of the serial number. */
  readonly eui?: string;
  /** Comes and goes with a person: a USB stick, a memory card. */
  readonly removable: boolean;
}

/** Names of whole disks of hardware: no loop, RAM, device-mapper, RAID or optical device, no partition, no boot area of an eMMC. */
export const DISK_NAME = /^(?:sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** SCSI VPD page 0x80: 4 bytes of header (the last two are the length), then the serial number in ASCII (SPC-4, 7.8.17). Pure. */
export function parseSerialPage(page: Uint8Array): string | undefined {
  if (page.length < 5 || page[1] !== 0x80) return undefined;
  const length = Math.min(page.length - 4, page[2]! * 256 + page[3]!);
  const text = String.fromCharCode(...page.subarray(4, 4 + length))
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
  return text === '' ? undefined : text;
}

/** `E:KEY=value` of the udev database (/run/udev/data/b<major>:<minor>). Pure. */
export function parseUdevValue(text: string, key: string): string | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`E:${key}=`));
  return line?.slice(key.length + 3).trim() || undefined;
}

async function serialOf(door: Door, name: string): Promise<string | undefined> {
  const folder = `/sys/block/${name}`;
  for (const file of ['device/serial', 'serial']) {
    const text = (await door.readText(`${folder}/${file}`))?.trim();
    if (text !== undefined && text !== '') return text;
  }
  const page = await door.readBytes(`${folder}/device/vpd_pg80`, 255);
  const fromPage = page === undefined ? undefined : parseSerialPage(page);
  if (fromPage !== undefined) return fromPage;
  const number = (await door.readText(`${folder}/dev`))?.trim();
  const udev = number === undefined ? undefined : await door.readText(`/run/udev/data/b${number}`);
  return udev === undefined ? undefined : parseUdevValue(udev, 'ID_SERIAL_SHORT');
}

function kindOf(name: string, rotational: string | undefined): Disk['kind'] {
  if (name.startsWith('nvme')) return 'nvme';
  if (name.startsWith('mmcblk')) return 'other';
  // A virtual disk says "rotational" or not as its host pleases.
  if (/^x?vd/.test(name)) return 'unknown';
  return rotational === '1' ? 'hdd' : rotational === '0' ? 'ssd' : 'unknown';
}

async function readDisk(door: Door, name: string): Promise<Disk> {
  const folder = `/sys/block/${name}`;
  const text = async (file: string): Promise<string | undefined> => (await door.readText(`${folder}/${file}`))?.trim() || undefined;
  const [sectors, rotational, removable, vendor, model, mmcName, wwid, serial, real] = await Promise.all([
    text('size'),
    text('queue/rotational'),
    text('removable'),
    text('device/vendor'),
    text('device/model'),
    text('device/name'),
    text('wwid'),
    serialOf(door, name),
    door.realPath(folder),
  ]);
  // The size in /sys is in units of 512 bytes whatever the disk's own sector.
  const size = Number(sectors ?? Number.NaN) * 512;
  const title = model ?? mmcName;
  // "ATA" is what libata puts there, and "0x1af4" is a PCI vendor number: neither is a maker.
  const maker = vendor === undefined || vendor === 'ATA' || vendor.startsWith('0x') ? undefined : vendor;
  return {
    name,
    kind: kindOf(name, rotational),
    ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
    ...(maker === undefined ? {} : { maker }),
    ...(title === undefined ? {} : { model: title }),
    ...(serial === undefined ? {} : { serial }),
    ...(wwid?.startsWith('eui.') === true ? { eui: wwid } : {}),
    removable: removable === '1' || (real ?? '').includes('/usb'),
  };
}

/** Every whole disk. Starts no program. */
export async function readDisks(door: Door): Promise<Disk[]> {
  const names = (await door.listDir('/sys/block')) ?? [];
  return Promise.all(names.filter((name) => DISK_NAME.test(name)).map((name) => readDisk(door, name)));
}
