/** One socket of a graphics card. */
export interface Connector {
  /** e.g. card0-HDMI-A-1, as in /sys/class/drm. */
  readonly name: string;
  /** Text of `status`: connected, disconnected, unknown. */
  readonly status: string;
  readonly edid?: Uint8Array;
}

/** What a display says of itself. */
export interface Edid {
  /** Three letters of the PNP registry. */
  readonly maker: string;
  readonly model?: string;
  readonly serial?: string;
}

/** Panels of laptops and all-in-ones (eDP, LVDS, DSI, DPI), and connectors that have no display at all. */
const BUILT_IN = /^card\d+-(?:eDP|LVDS|DSI|DPI)-/i;
const NO_DISPLAY = /^card\d+-(?:Writeback|Virtual|Unknown)-/i;

export const isBuiltIn = (name: string): boolean => BUILT_IN.test(name);

/** Connectors that a display can hang on. */
export const realConnectors = (connectors: readonly Connector[]): Connector[] =>
  connectors.filter((one) => /^card\d+-\S+$/.test(one.name) && !NO_DISPLAY.test(one.name));

/**
 * Displays that are connected and not the machine's own panel.
 * @returns undefined when no connector tells (no graphics driver, or every status unknown)
 */
export function externalDisplays(connectors: readonly Connector[]): number | undefined {
  const telling = realConnectors(connectors).filter((one) => /^(?:dis)?connected$/.test(one.status.trim()));
  if (telling.length === 0) return undefined;
  return telling.filter((one) => one.status.trim() === 'connected' && !isBuiltIn(one.name)).length;
}

const HEADER = [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
const BLOCK = 128;
/** Detailed descriptors and their tags, E-EDID 1.4 table 3.23. */
const DESCRIPTORS = [54, 72, 90, 108];
const SERIAL_TAG = 0xff;
const NAME_TAG = 0xfc;

/** Text of a display descriptor: 13 bytes, ended by a line feed, filled with spaces. */
function descriptor(block: Uint8Array, tag: number): string | undefined {
  const at = DESCRIPTORS.find(
    (start) => block[start] === 0 && block[start + 1] === 0 && block[start + 2] === 0 && block[start + 3] === tag,
  );
  if (at === undefined) return undefined;
  const text = String.fromCharCode(...block.subarray(at + 5, at + 18)).split('\n')[0]!;
  return text.replace(/[^\x20-\x7e]/g, '').trim() || undefined;
}

/**
 * The base block of VESA E-EDID 1.4 (1.3 is the same here): header, maker as three letters of 5 bits (big-endian at 8),
 * product code (little-endian at 10), serial number (little-endian at 12), descriptors, checksum (all 128 bytes add up to
 * 0 modulo 256). Bytes before the header (some converters add them) are passed over.
 * @returns undefined when there is no such block or its checksum is wrong
 */
export function parseEdid(bytes: Uint8Array): Edid | undefined {
  const limit = Math.min(bytes.length - BLOCK, 256);
  for (let start = 0; start <= limit; start++) {
    if (!HEADER.every((byte, i) => bytes[start + i] === byte)) continue;
    const block = bytes.subarray(start, start + BLOCK);
    if (block.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) continue;
    const id = block[8]! * 256 + block[9]!;
    const letters = [(id >> 10) & 31, (id >> 5) & 31, id & 31];
    if (id > 0x7fff || letters.some((letter) => letter < 1 || letter > 26)) return undefined;
    const maker = String.fromCharCode(...letters.map((letter) => letter + 64));
    const model = descriptor(block, NAME_TAG) ?? `${maker} ${(block[10]! + block[11]! * 256).toString(16).toUpperCase().padStart(4, '0')}`;
    const number = block[12]! + block[13]! * 0x100 + block[14]! * 0x1_0000 + block[15]! * 0x100_0000;
    // 0, 1 and 0x01010101 are what makers write who give no number.
    const given = [0, 1, 0x0101_0101, 0xffff_ffff].includes(number) ? undefined : String(number);
    const serial = descriptor(block, SERIAL_TAG) ?? given;
    return { maker, model, ...(serial === undefined ? {} : { serial }) };
  }
  return undefined;
}
