import type { Door, Fingerprint } from '../probes/probe.ts';
import { toMac, toSerial } from './clean.ts';
import { isJunkMac, isJunkUuid, isLocalMac } from './junk.ts';
import { readDisks, readNics, type Disk, type Nic } from './linux-hardware.ts';

const MOST = 32;

/**
 * The addresses that identify a machine: of physical cards, as the maker gave them. Addresses that somebody chose (virtual
 * machines, randomised Wi-Fi) are taken only when there is nothing else, and so are cards on a USB port where `usb` allows it:
 * one that is passed round a lab is every machine's. Pure.
 * @returns lower case, sorted, without repeats
 */
export function identifyingMacs(nics: readonly Nic[], usb = true): string[] {
  const physical = nics.filter((nic) => nic.physical);
  const builtIn = physical.filter((nic) => nic.usb !== true);
  const cards = (builtIn.length > 0 || !usb ? builtIn : physical)
    .map((nic) => ({ mac: toMac(nic.permanentMac ?? nic.mac), permanent: nic.permanentMac !== undefined || nic.assigned === 'permanent' }))
    .filter((card): card is { mac: string; permanent: boolean } => card.mac !== undefined && !isJunkMac(card.mac));
  const made = cards.filter((card) => card.permanent && !isLocalMac(card.mac));
  return Array.from(new Set((made.length > 0 ? made : cards).map((card) => card.mac)))
    .toSorted()
    .slice(0, MOST);
}

/** What was read of the hardware, cleaned: junk and what a person plugs in are left out. Pure. */
export function composeFingerprint(raw: {
  readonly uuid: string | undefined;
  readonly board: string | undefined;
  readonly nics: readonly Nic[];
  readonly disks: readonly Disk[];
}): Fingerprint {
  const uuid = raw.uuid === undefined || isJunkUuid(raw.uuid) ? undefined : toSerial(raw.uuid.trim().toLowerCase());
  const board = toSerial(raw.board);
  const serials = raw.disks
    .flatMap((disk) => (disk.removable ? [] : [toSerial(disk.serial), toSerial(disk.eui)]))
    .filter((serial) => serial !== undefined);
  const other = uuid !== undefined || board !== undefined || serials.length > 0;
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(board === undefined ? {} : { board }),
    macs: identifyingMacs(raw.nics, !other),
    disks: Array.from(new Set(serials)).toSorted().slice(0, MOST),
  };
}

/** Reads what identifies this hardware, from /sys and the udev database; starts no program. Part of it needs root. */
export async function readFingerprint(door: Door): Promise<Fingerprint> {
  const [uuid, board, nics, disks] = await Promise.all([
    door.readText('/sys/class/dmi/id/product_uuid'),
    door.readText('/sys/class/dmi/id/board_serial'),
    readNics(door),
    readDisks(door),
  ]);
  return composeFingerprint({ uuid, board, nics, disks });
}
