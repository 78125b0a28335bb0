/**
 * The few messages of the X protocol (X11R7, "X Window System Protocol") and of its MIT-SCREEN-SAVER extension that tell how long
 * nobody has touched a keyboard or pointer. Pure; takes any bytes. Little-endian throughout, as the client may choose.
 */

const EXTENSION = 'MIT-SCREEN-SAVER';
const COOKIE = 'MIT-MAGIC-COOKIE-1';
const pad4 = (length: number): number => (4 - (length % 4)) % 4;
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const word = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];

/** Connection setup, section 8: byte order, version 11.0, name and data of the authorization. */
export function setupRequest(cookie: Uint8Array | undefined): Uint8Array {
  const name = cookie === undefined ? [] : ascii(COOKIE);
  const data = cookie === undefined ? [] : Array.from(cookie);
  const head = [0x6c, 0, ...word(11), ...word(0), ...word(name.length), ...word(data.length), 0, 0];
  return Uint8Array.from([
    ...head,
    ...name,
    ...Array<number>(pad4(name.length)).fill(0),
    ...data,
    ...Array<number>(pad4(data.length)).fill(0),
  ]);
}

/** The first 8 bytes of the answer. @returns how many bytes follow, or undefined when the server refuses */
export function setupLength(head: Uint8Array): number | undefined {
  if (head.length < 8 || head[0] !== 1) return undefined;
  return (head[6]! + head[7]! * 256) * 4;
}

/** What follows: vendor length at 16, number of formats at 21; vendor, formats of 8 bytes, then the first screen, whose first word is its root window. */
export function parseRoot(rest: Uint8Array): number | undefined {
  if (rest.length < 32) return undefined;
  const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
  const vendor = view.getUint16(16, true);
  const at = 32 + vendor + pad4(vendor) + 8 * rest[21]!;
  return rest[20]! > 0 && at + 4 <= rest.length ? view.getUint32(at, true) : undefined;
}

/** QueryExtension (opcode 98). */
export function extensionRequest(name = EXTENSION): Uint8Array {
  const body = [...ascii(name), ...Array<number>(pad4(name.length)).fill(0)];
  return Uint8Array.from([98, 0, ...word(2 + body.length / 4), ...word(name.length), 0, 0, ...body]);
}

/** @returns its major opcode, or undefined when the server does not have it */
export const parseExtension = (reply: Uint8Array): number | undefined =>
  reply.length >= 32 && reply[0] === 1 && reply[8] === 1 && reply[9]! >= 128 ? reply[9] : undefined;

/** ScreenSaverQueryInfo (minor opcode 1). */
export function idleRequest(opcode: number, root: number): Uint8Array {
  const request = new DataView(new ArrayBuffer(8));
  request.setUint8(0, opcode);
  request.setUint8(1, 1);
  request.setUint16(2, 2, true);
  request.setUint32(4, root, true);
  return new Uint8Array(request.buffer);
}

/** Milliseconds since the last input, at 16. */
export const parseIdle = (reply: Uint8Array): number | undefined =>
  reply.length >= 32 && reply[0] === 1 ? new DataView(reply.buffer, reply.byteOffset, 32).getUint32(16, true) : undefined;

const MOST_ENTRIES = 256;

/**
 * A file of Xauthority(5): entries of family, address, number of the display, name and data, each but the first with its length
 * before it, big-endian.
 * @returns the cookie for this display; one without a number is for all
 */
export function parseAuthority(bytes: Uint8Array, display: number): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let i = 0; i < MOST_ENTRIES && at + 2 <= bytes.length; i++) {
    at += 2;
    const fields: Uint8Array[] = [];
    for (let field = 0; field < 4; field++) {
      if (at + 2 > bytes.length) return undefined;
      const length = view.getUint16(at);
      if (at + 2 + length > bytes.length) return undefined;
      fields.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    const [number, name] = [fields[1]!, fields[2]!].map((field) => Array.from(field, (byte) => String.fromCharCode(byte)).join(''));
    if (name === COOKIE && (number === '' || number === String(display)) && fields[3]!.length > 0) return Uint8Array.from(fields[3]!);
  }
  return undefined;
}

/** An X server as it was started. */
export interface Server {
  /** Absent when the server chose it itself (GDM). */
  readonly display?: number;
  /** Virtual terminal it draws on. */
  readonly vt?: number;
  /** File with the cookie. */
  readonly authority?: string;
}

/**
 * Words of the command of an X server, each ended by 0 (/proc/<pid>/cmdline): `Xorg :0 -auth /run/lightdm/root/:0 … vt7`, or
 * `Xorg vt2 -displayfd 3 -auth /run/user/…/Xauthority`.
 */
export function parseServer(cmdline: string): Server {
  const words = cmdline.split('\0').slice(0, 200);
  const first = (pattern: RegExp): number | undefined => {
    const found = words.map((each) => pattern.exec(each)?.[1]).find((number) => number !== undefined);
    return found === undefined ? undefined : Number(found);
  };
  const [display, vt] = [first(/^:(\d{1,3})$/), first(/^vt(\d{1,2})$/)];
  const authority = words.includes('-auth') ? words[words.indexOf('-auth') + 1] : undefined;
  return {
    ...(display === undefined ? {} : { display }),
    ...(vt === undefined ? {} : { vt }),
    ...(authority?.startsWith('/') === true ? { authority } : {}),
  };
}

/** Users a process acts for, as /proc/<pid>/status has them: `Uid:`, real, effective … (proc_pid_status(5)). */
export function parseUsers(status: string): { readonly real: number; readonly effective: number } | undefined {
  const [, real, effective] = /^Uid:\t(\d{1,10})\t(\d{1,10})\t/m.exec(status) ?? [];
  return real === undefined || effective === undefined ? undefined : { real: Number(real), effective: Number(effective) };
}
