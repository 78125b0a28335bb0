/** One row of the interface table that says something. */
export interface WindowsInterface {
  readonly index: number;
  readonly mac?: string;
  /** Burnt into the card. */
  readonly permanentMac?: string;
  readonly kind: 'wired' | 'wireless' | 'other';
  /** Hardware: not a tunnel, a VPN, a filter or the switch of a virtual machine. */
  readonly physical: boolean;
  readonly loopback: boolean;
  readonly up: boolean;
  /** Mbit/s, while there is a link. */
  readonly speed?: number;
  /** Bytes since the interface came up. */
  readonly received: number;
  readonly sent: number;
}

/** sizeof(MIB_IF_ROW2) and the place of its members, netioapi.h; the same on 32 and 64 bits (all 64-bit members are aligned). */
const ROW = 1352;
const FIRST_ROW = 8;
const MOST_ROWS = 512;
const AT = {
  index: 8,
  addressLength: 1056,
  address: 1060,
  permanent: 1092,
  type: 1128,
  medium: 1140,
  flags: 1152,
  operStatus: 1156,
  receiveSpeed: 1200,
  received: 1208,
  sent: 1280,
} as const;
/** IF_TYPE_* of ipifcons.h. */
const ETHERNET = 6;
const LOOPBACK = 24;
const WIFI = 71;
/** NdisPhysicalMediumNative802_11, NdisPhysicalMediumBluetooth of ntddndis.h. */
const MEDIUM_WIFI = 9;
const MEDIUM_BLUETOOTH = 10;
const HARDWARE = 0x01;
const FILTER = 0x02;
const OPER_UP = 1;

function addressOf(row: DataView, at: number): string | undefined {
  const bytes = Array.from({ length: 6 }, (_, i) => row.getUint8(at + i));
  return bytes.every((byte) => byte === 0) ? undefined : bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function parseRow(row: DataView): WindowsInterface | undefined {
  const [received, sent] = [Number(row.getBigUint64(AT.received, true)), Number(row.getBigUint64(AT.sent, true))];
  if (!Number.isSafeInteger(received) || !Number.isSafeInteger(sent)) return undefined;
  const flags = row.getUint8(AT.flags);
  const type = row.getUint32(AT.type, true);
  const medium = row.getUint32(AT.medium, true);
  const hasAddress = row.getUint32(AT.addressLength, true) === 6;
  const mac = hasAddress ? addressOf(row, AT.address) : undefined;
  const permanentMac = hasAddress ? addressOf(row, AT.permanent) : undefined;
  const up = row.getUint32(AT.operStatus, true) === OPER_UP;
  // 2^64-1 and 0 stand for unknown.
  const speed = Number(row.getBigUint64(AT.receiveSpeed, true)) / 1e6;
  const wireless = type === WIFI || medium === MEDIUM_WIFI;
  return {
    index: row.getUint32(AT.index, true),
    ...(mac === undefined ? {} : { mac }),
    ...(permanentMac === undefined ? {} : { permanentMac }),
    kind: wireless ? 'wireless' : type === ETHERNET && medium !== MEDIUM_BLUETOOTH ? 'wired' : 'other',
    physical: (flags & HARDWARE) !== 0 && (flags & FILTER) === 0 && medium !== MEDIUM_BLUETOOTH,
    loopback: type === LOOPBACK,
    up,
    ...(up && speed >= 1 && speed <= 1_000_000 ? { speed: Math.round(speed) } : {}),
    received,
    sent,
  };
}

/** MIB_IF_TABLE2: the number of rows, 4 bytes of padding, the rows. Names and descriptions are not read. Pure; takes any bytes. */
export function parseInterfaces(table: Uint8Array): WindowsInterface[] {
  if (table.length < FIRST_ROW) return [];
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const rows = Math.min(view.getUint32(0, true), Math.floor((table.length - FIRST_ROW) / ROW), MOST_ROWS);
  return Array.from({ length: rows }, (_, i) => parseRow(new DataView(table.buffer, table.byteOffset + FIRST_ROW + i * ROW, ROW))).filter(
    (row) => row !== undefined,
  );
}
