import { linuxPlatform } from '../../agent/platform/index.ts';
import { memoryDoor, parseMachine } from '../../agent/platform/testing/memory-door.ts';
import type { Fingerprint, Platform } from '../../agent/probes/probe.ts';

/** A network card as it is plugged in. */
export interface Card {
  readonly mac: string;
  readonly kind?: 'wired' | 'wireless';
  readonly usb?: boolean;
  /** Chosen by a virtual machine's host or at random, not by the maker. */
  readonly assigned?: boolean;
}

export interface Drive {
  readonly serial?: string;
  /** EUI-64 of an NVMe disk, 16 hexadecimal digits. */
  readonly eui?: string;
  readonly removable?: boolean;
}

export interface Board {
  readonly uuid?: string;
  readonly serial?: string;
  /** Soldered on it: it comes and goes with the board. */
  readonly cards: readonly Card[];
}

/** What a machine is made of. */
export interface Hardware {
  board: Board;
  cards: readonly Card[];
  drives: readonly Drive[];
}

/** What the agent may see of it. */
export interface View {
  readonly system: 'linux' | 'windows';
  /** It may not read the firmware: not root. */
  readonly poor?: boolean;
}

/** How Linux shows it: /sys as text. */
function asFiles({ board, cards, drives }: Hardware, poor: boolean): string {
  const lines: string[] = [];
  const file = (path: string, text: string): void => void lines.push(`== ${path}\n${text}`);
  if (!poor && board.uuid !== undefined) file('/sys/class/dmi/id/product_uuid', board.uuid);
  if (!poor && board.serial !== undefined) file('/sys/class/dmi/id/board_serial', board.serial);
  for (const [i, card] of [...board.cards, ...cards].entries()) {
    const folder = `/sys/class/net/net${i}`;
    file(`${folder}/address`, card.mac);
    file(`${folder}/type`, '1');
    file(`${folder}/addr_assign_type`, card.assigned === true ? '1' : '0');
    lines.push(
      `== ${folder}/device -> /sys/devices/${card.usb === true ? 'pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0' : `pci0000:00/0000:0${i}:00.0`}`,
    );
    file(`/sys/devices/${card.usb === true ? 'pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0' : `pci0000:00/0000:0${i}:00.0`}/vendor`, '0x8086');
    if (card.kind === 'wireless') file(`${folder}/phy80211/macaddress`, card.mac);
  }
  for (const [i, drive] of drives.entries()) {
    const name = drive.eui === undefined ? `sd${String.fromCharCode(97 + i)}` : `nvme${i}n1`;
    if (drive.serial !== undefined) file(`/sys/block/${name}/device/serial`, drive.serial);
    if (drive.eui !== undefined) file(`/sys/block/${name}/wwid`, `eui.${drive.eui}`);
    file(`/sys/block/${name}/removable`, drive.removable === true ? '1' : '0');
  }
  return `${lines.join('\n')}\n`;
}

/**
 * How Windows tells the same: the first three fields of the UUID in the other order (SMBIOS before 2.6), NVMe disks by their
 * EUI-64 with underscores and a full stop, as Win32_DiskDrive.SerialNumber and IOCTL_STORAGE_QUERY_PROPERTY have it.
 */
function asWindows(linux: Fingerprint, { drives }: Hardware): Fingerprint {
  const turned = linux.uuid?.replace(/^(..)(..)(..)(..)-(..)(..)-(..)(..)-/, '$4$3$2$1-$6$5-$8$7-');
  const eui = (text: string): string => `${text.toUpperCase().match(/.{4}/g)!.join('_')}.`;
  const serials = drives
    .filter(({ removable }) => removable !== true)
    .flatMap((drive) => (drive.eui === undefined ? [] : [eui(drive.eui)]));
  const nvme = new Set(drives.flatMap((drive) => (drive.eui === undefined ? [] : [drive.serial, `eui.${drive.eui}`])));
  return {
    ...linux,
    ...(turned === undefined ? {} : { uuid: turned }),
    disks: [...linux.disks.filter((serial) => !nvme.has(serial)), ...serials].toSorted(),
  };
}

/** The platform of a machine as the agent finds it: its own readers over /sys that is a text. */
export function platformOf(hardware: Hardware, view: View): Platform {
  const linux = linuxPlatform(memoryDoor(parseMachine(asFiles(hardware, view.poor === true))));
  if (view.system === 'linux') return linux;
  return { ...linux, fingerprint: async () => asWindows(await linux.fingerprint(), hardware) };
}

/** Numbers parts, so that no two are alike unless a case wants them so. */
let parts = 0;
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const next = (): number => (parts += 1);

export const newCard = (more: Partial<Card> = {}): Card => {
  const n = next();
  return { mac: `3c:52:82:${hex(n >> 16, 2)}:${hex((n >> 8) & 255, 2)}:${hex(n & 255, 2)}`, ...more };
};
export const newDrive = (): Drive => ({ serial: `WD-WCC4E${String(next()).padStart(7, '0')}` });
export const newNvme = (): Drive => {
  const n = next();
  return { serial: `S4EWNX0R${String(n).padStart(6, '0')}`, eui: `0025385${hex(n, 9)}` };
};
const newUuid = (): string => `4c4c4544-0042-4310-8031-b1c0${hex(next(), 8)}`;
const newSerial = (): string => `PF${hex(next(), 8).toUpperCase()}`;

/** What the firmware of unbranded boards says. */
const JUNK = { uuid: '03000200-0400-0500-0006-000700080009', serial: 'Default string' } as const;
const BATCH = { uuid: 'a1b2c3d4-1111-2222-3333-444455556666', serial: 'MB20190815' } as const;
/** A virtual machine copied with everything it has. */
const COPY = { uuid: '9f3c1c1e-5a5d-4c8e-9c07-0d3a6f1b2c3d' } as const;

/** Kinds of machines; each call makes one of its own. `batch` keeps what is the same on all machines of one case apart from other cases. */
export const KINDS: Readonly<Record<string, (batch: number) => Hardware>> = {
  /** A branded PC: everything readable and its own. */
  good: () => ({ board: { uuid: newUuid(), serial: newSerial(), cards: [newCard()] }, cards: [], drives: [newDrive()] }),
  /** With a cable and Wi-Fi, an SSD and a disk. */
  rich: () => ({
    board: { uuid: newUuid(), serial: newSerial(), cards: [newCard(), newCard({ kind: 'wireless' })] },
    cards: [],
    drives: [newNvme(), newDrive()],
  }),
  /** An unbranded PC: junk in the firmware. */
  junk: () => ({ board: { ...JUNK, cards: [newCard()] }, cards: [], drives: [newDrive()] }),
  junknvme: () => ({ board: { ...JUNK, cards: [newCard()] }, cards: [], drives: [newNvme()] }),
  /** One UUID and serial number for the whole delivery, and nobody knows it for junk. */
  cheap: (batch) => ({
    board: { uuid: BATCH.uuid.replace(/.{4}$/, hex(batch, 4)), serial: `${BATCH.serial}${batch}`, cards: [newCard()] },
    cards: [],
    drives: [newDrive()],
  }),
  cheapbare: (batch) => ({ board: { uuid: BATCH.uuid.replace(/.{4}$/, hex(batch, 4)), cards: [newCard()] }, cards: [], drives: [{}] }),
  /** Only the network card says anything. */
  mac: () => ({ board: { ...JUNK, cards: [newCard()] }, cards: [], drives: [{}] }),
  /** Only the disk says anything: no card of its own. */
  disk: () => ({ board: { ...JUNK, cards: [] }, cards: [], drives: [newDrive()] }),
  /** A netbook without a socket: its only card is what is plugged in. */
  bare: () => ({ board: { ...JUNK, cards: [] }, cards: [], drives: [newDrive()] }),
  /** Says nothing at all. */
  blank: () => ({ board: { uuid: '00000000-0000-0000-0000-000000000000', cards: [] }, cards: [], drives: [{}] }),
  /** A virtual machine of QEMU: a UUID, an address of the host's choice, a disk like everybody's. */
  vm: () => ({
    board: { uuid: newUuid(), serial: 'Not Specified', cards: [{ mac: `52:54:00:${hex(next() >> 8, 2)}:00:01`, assigned: true }] },
    cards: [],
    drives: [{ serial: 'QM00001' }],
  }),
  /** Copied with its UUID and its addresses: nothing tells it from the others. */
  vmcopy: (batch) => ({
    board: { uuid: COPY.uuid.replace(/.{4}$/, hex(batch, 4)), cards: [{ mac: '52:54:00:12:34:56', assigned: true }] },
    cards: [],
    drives: [{ serial: 'QM00001' }],
  }),
  /** VMware, copied with "I moved it": the address is one of a maker. */
  vmware: (batch) => ({
    board: {
      uuid: COPY.uuid.replace(/.{4}$/, hex(batch, 4)),
      cards: [{ mac: `00:0c:29:12:${hex(batch >> 8, 2)}:${hex(batch & 255, 2)}` }],
    },
    cards: [],
    drives: [{}],
  }),
};

/** Another main board with what is soldered on it. */
export const otherBoard = (kind: string, batch: number): Board => KINDS[kind]!(batch).board;
export const otherUuid = newUuid;
