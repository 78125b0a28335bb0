/** `metered` also when it cannot be told. */
export type LineCost = 'free' | 'metered';

/** Drivers of phones and modems that look like a wired card (Linux, drivers/net/usb). */
const TETHERS = new Set([
  'rndis_host',
  'cdc_ether',
  'cdc_ncm',
  'cdc_mbim',
  'cdc_subset',
  'ipheth',
  'qmi_wwan',
  'huawei_cdc_ncm',
  'sierra_net',
  'hso',
]);
/** ARPHRD_ETHER (linux/if_arp.h). */
const ETHERNET = '1';

/** @param card texts of /sys/class/net/<name>; undefined what is not there */
export function judgeLinux(card: {
  readonly type: string | undefined;
  readonly uevent: string | undefined;
  readonly wireless: boolean;
  readonly driver: string | undefined;
}): LineCost {
  if (card.type?.trim() !== ETHERNET || card.wireless) return 'metered';
  if (/^DEVTYPE=(wlan|wwan|ppp|wpan|bluetooth)$/m.test(card.uevent ?? '')) return 'metered';
  return card.driver !== undefined && TETHERS.has(card.driver) ? 'metered' : 'free';
}

const ROW_BYTES = 1352;
const ROWS_AT = 8;
/** Offsets in MIB_IF_ROW2 (netioapi.h): InterfaceGuid, Alias (WCHAR[257]), Type. */
const AT = { guid: 12, alias: 28, type: 1128 } as const;
const ALIAS_BYTES = 514;

const hex = (view: DataView, at: number, bytes: number): string =>
  Array.from({ length: bytes }, (_, i) =>
    view
      .getUint8(at + i)
      .toString(16)
      .padStart(2, '0'),
  ).join('');

/** A GUID as the registry writes it; its first three parts are numbers, low byte first. */
function guidAt(view: DataView, at: number): string {
  const parts = [
    view.getUint32(at, true).toString(16).padStart(8, '0'),
    view
      .getUint16(at + 4, true)
      .toString(16)
      .padStart(4, '0'),
    view
      .getUint16(at + 6, true)
      .toString(16)
      .padStart(4, '0'),
    hex(view, at + 8, 2),
    hex(view, at + 10, 6),
  ];
  return `{${parts.join('-').toUpperCase()}}`;
}

/** The card of that name in the table of GetIfTable2: its GUID and its IANA type. */
export function cardOf(table: Uint8Array | undefined, name: string): { readonly guid: string; readonly type: number } | undefined {
  if (table === undefined || table.length < ROWS_AT) return undefined;
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const rows = Math.min(view.getUint32(0, true), Math.floor((table.length - ROWS_AT) / ROW_BYTES));
  for (let row = 0; row < rows; row++) {
    const at = ROWS_AT + row * ROW_BYTES;
    const alias = new TextDecoder('utf-16le').decode(table.subarray(at + AT.alias, at + AT.alias + ALIAS_BYTES)).split('\0', 1)[0];
    if (alias === name) return { guid: guidAt(view, at + AT.guid), type: view.getUint32(at + AT.type, true) };
  }
  return undefined;
}

/** IF_TYPE_ETHERNET_CSMACD (ipifcons.h); Wi-Fi is 71, mobile broadband 243 and 244. */
const WIRED = 6;

/** @param costs of NLM_CONNECTION_COST as the registry holds them: 1 unrestricted, 2 fixed, 4 (here also 3) variable; what is missing says nothing */
export function judgeWindows(type: number, costs: readonly unknown[]): LineCost {
  return type === WIRED && costs.every((cost) => typeof cost !== 'number' || cost <= 1) ? 'free' : 'metered';
}
