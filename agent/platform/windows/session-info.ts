/**
 * WTSINFOEXW (wtsapi32.h, WTSQuerySessionInformationW class 25), 232 bytes on 32 and 64 bits: level, padding, then
 * WTSINFOEX_LEVEL1_W from byte 8. Pure.
 */

export const SESSION_BYTES = 232;

const AT = { level: 0, session: 8, state: 12, flags: 16, station: 20, user: 86, domain: 128 } as const;
const LETTERS = { station: 33, user: 21, domain: 18 } as const;

/** What labwatch takes of it. */
export interface SessionInfo {
  readonly session: number;
  /** WTS_CONNECTSTATE_CLASS: 0 active, 1 connected, 4 disconnected, 6 listening … */
  readonly state: number;
  /** 0 = locked, 1 = unlocked (the other way round on Windows 7 and Server 2008 R2), 0xFFFFFFFF = unknown. */
  readonly flags: number;
  /** It stands at the machine's own screen and keyboard. */
  readonly console: boolean;
  /** Somebody is logged in. */
  readonly user: boolean;
}

/** Leaves of the names of user and domain only whether there are any: `*` or nothing. Changes the bytes it is given. */
export function blotNames<T extends Uint8Array>(info: T): T {
  for (const [at, letters] of [
    [AT.user, LETTERS.user],
    [AT.domain, LETTERS.domain],
  ] as const) {
    const there = info[at] !== 0 || info[at + 1] !== 0;
    info.fill(0, at, at + letters * 2);
    if (there && at < info.length) info[at] = 0x2a;
  }
  return info;
}

/** @returns undefined for anything that is not such a structure of level 1 */
export function parseSession(bytes: Uint8Array): SessionInfo | undefined {
  if (bytes.length < SESSION_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(AT.level, true) !== 1) return undefined;
  const station = Array.from({ length: LETTERS.station }, (_, i) => view.getUint16(AT.station + i * 2, true));
  const end = station.indexOf(0);
  const name = String.fromCharCode(...station.slice(0, end === -1 ? station.length : end));
  return {
    session: view.getUint32(AT.session, true),
    state: view.getUint32(AT.state, true),
    flags: view.getUint32(AT.flags, true),
    console: name.toLowerCase() === 'console',
    user: view.getUint16(AT.user, true) !== 0,
  };
}
