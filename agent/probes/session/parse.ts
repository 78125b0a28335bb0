import type { SessionPart } from '../probe.ts';

/** A login session, as far as it matters here. Who it belongs to is never read. */
export interface LoginSession {
  readonly active: boolean;
  readonly state: string;
  readonly remote: boolean;
  readonly type: string;
  readonly class: string;
  readonly seat: string;
  readonly tty: string;
  /** Number of the X display; absent for other sessions. */
  readonly display?: number;
  /** Number of the virtual terminal it draws on. */
  readonly vt?: number;
}

/** The only keys that are looked at. USER, UID, REMOTE_USER, REMOTE_HOST and the rest are dropped line by line. */
const WANTED = new Set(['ACTIVE', 'STATE', 'REMOTE', 'TYPE', 'CLASS', 'SEAT', 'TTY', 'DISPLAY', 'VTNR']);

/**
 * A file of /run/systemd/sessions: lines KEY=value as logind writes them and libsystemd (sd-login) reads them.
 * @returns undefined when it has no STATE and no CLASS: not such a file
 */
export function parseLoginSession(text: string): LoginSession | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(.*)$/.exec(line.trim());
    if (match !== null && WANTED.has(match[1]!)) values.set(match[1]!, match[2]!.replace(/^"(.*)"$/, '$1'));
  }
  if (!values.has('STATE') && !values.has('CLASS')) return undefined;
  const value = (key: string): string => values.get(key) ?? '';
  // Only a number of this machine, not the name of another.
  const display = /^:(\d{1,3})(?:\.\d)?$/.exec(value('DISPLAY'))?.[1];
  const vt = /^[1-9]\d?$/.exec(value('VTNR'))?.[0];
  const tty = value('TTY').replace(/^\/dev\//, '');
  return {
    active: value('ACTIVE') === '1',
    state: value('STATE'),
    remote: value('REMOTE') === '1',
    type: value('TYPE'),
    class: value('CLASS'),
    seat: value('SEAT'),
    // Only names of terminals: this becomes a path.
    tty: /^(?:tty\d{1,3}|pts\/\d{1,6})$/.test(tty) ? tty : '',
    ...(display === undefined ? {} : { display: Number(display) }),
    ...(vt === undefined ? {} : { vt: Number(vt) }),
  };
}

/**
 * Sessions of people at this machine: not the login screen, not a service, not somebody over the network, not one that is
 * ending. Who sits at the machine has a seat; remote desktops (xrdp, VNC) do not, though some do not say that they are remote.
 */
export function localSessions(sessions: readonly LoginSession[]): LoginSession[] {
  // `user`, and since systemd 255 `user-early`, `user-light` …; before 206 there was no class for people.
  return sessions.filter((one) => !one.remote && one.seat !== '' && one.state !== 'closing' && /^(?:user(?:-.*)?|)$/.test(one.class));
}

/**
 * none = nobody is logged in; locked = somebody is, but the login or lock screen stands in front; open = the rest. A lock
 * drawn by the desktop itself (GNOME, KDE) is only told over D-Bus and counts as open here.
 */
export function sessionState(sessions: readonly LoginSession[]): SessionPart['session'] {
  const people = localSessions(sessions);
  if (people.length === 0) return 'none';
  if (people.some((one) => one.active)) return 'open';
  const covered = sessions.some((one) => one.active && !one.remote && (one.class === 'greeter' || one.class === 'lock-screen'));
  return covered ? 'locked' : 'open';
}

/** A device that a person touches. */
export interface InputDevice {
  /** Folder below /sys of the USB device behind it; absent when it does not hang on USB. */
  readonly usb?: string;
  /** Hangs on the keyboard controller (PS/2, most laptops' own keyboards). */
  readonly i8042: boolean;
}

/** Bit of the last word of a bitmap as the kernel prints it: words of 32 or 64 bits in hexadecimal, the lowest last. */
function lowBit(block: string, map: string, bit: number): boolean {
  const word = new RegExp(`^B: ${map}=(?:[0-9a-f]+ )*([0-9a-f]{1,16}) *$`, 'im').exec(block)?.[1];
  return word !== undefined && ((BigInt(`0x${word}`) >> BigInt(bit)) & 1n) === 1n;
}

/** Of linux/input-event-codes.h. */
const KEY_A = 30;
const EV_KEY = 1;
const EV_ABS = 3;
const ABS_X = 0;
/** BUS_ADB: "Macintosh mouse button emulation", which is no device. */
const EMULATED = /^I: Bus=0017 /m;

/**
 * /proc/bus/input/devices: blocks of lines `I: Bus=… N: Name=… S: Sysfs=… H: Handlers=… B: EV=…`. Kept are keyboards
 * (they have a letter A) and what the kernel takes for a mouse, touch pad or touch screen (a `mouse` handler, or keys
 * with an X axis); power buttons, hot keys, lids, headsets and joysticks are not. Names and unique ids are not read.
 */
export function parseInputDevices(text: string): InputDevice[] {
  return text
    .split(/\n[ \t]*\n/)
    .slice(0, 256)
    .flatMap((block) => {
      const sysfs = /^S: Sysfs=(\/\S{1,400})$/m.exec(block)?.[1];
      if (sysfs === undefined || block.length > 4096 || EMULATED.test(block)) return [];
      const handlers = /^H: Handlers=(.*)$/m.exec(block)?.[1] ?? '';
      const keyboard = /\bkbd\b/.test(handlers) && lowBit(block, 'KEY', KEY_A);
      const touchable = lowBit(block, 'EV', EV_KEY) && lowBit(block, 'EV', EV_ABS) && lowBit(block, 'ABS', ABS_X);
      const pointer = /\bmouse\d+\b/.test(handlers) || (touchable && !/\bjs\d+\b/.test(handlers));
      if (!keyboard && !pointer) return [];
      const usb = /^(.*\/usb\d+(?:\/\d+-[\d.]+)+)\/\d+-[\d.]+:\d+\.\d+\//.exec(sysfs)?.[1];
      return [{ ...(usb === undefined ? {} : { usb: `/sys${usb}` }), i8042: sysfs.includes('/i8042/') }];
    });
}

/** Sum over processors of the keyboard controller's lines in /proc/interrupts. @returns undefined when there is none */
export function parseKeyboardInterrupts(text: string): number | undefined {
  const lines = text.split('\n').filter((line) => /\bi8042\s*$/.test(line));
  if (lines.length === 0) return undefined;
  let sum = 0;
  for (const line of lines) {
    const counts = /^\s*\d+:((?:\s+\d+)+)\s/.exec(line)?.[1];
    for (const count of counts?.trim().split(/\s+/) ?? []) sum += Number(count);
  }
  return sum;
}

/** What can be said of people's input at one moment. */
export interface InputCounters {
  /** Counter by source; each only grows while its device stays. */
  readonly counts: ReadonlyMap<string, number>;
  /** Every device that a person could touch is among the sources, and there is at least one. */
  readonly complete: boolean;
}

/** True when one and the same device counted on. A device that came, went or started anew tells nothing. */
export function touched(before: InputCounters, after: InputCounters): boolean {
  return Array.from(after.counts).some(([name, count]) => count > (before.counts.get(name) ?? Number.POSITIVE_INFINITY));
}
