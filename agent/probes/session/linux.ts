import type { Door } from '../probe.ts';
import {
  parseInputDevices,
  parseKeyboardInterrupts,
  parseLoginSession,
  type InputCounters,
  type InputDevice,
  type LoginSession,
} from './parse.ts';

/**
 * @returns undefined when logind does not run here: it keeps a file for every seat, and `seat0` always
 */
export async function readLoginSessions(door: Door): Promise<LoginSession[] | undefined> {
  const [seats, names] = await Promise.all([door.listDir('/run/systemd/seats'), door.listDir('/run/systemd/sessions')]);
  // A container's logind has no seat, but it does have sessions.
  const ids = (names ?? []).filter((name) => /^[A-Za-z0-9]{1,32}$/.test(name));
  if ((seats ?? []).length === 0 && ids.length === 0) return undefined;
  const texts = await Promise.all(ids.map((id) => door.readText(`/run/systemd/sessions/${id}`)));
  return texts.flatMap((text) => (text === undefined ? [] : (parseLoginSession(text) ?? [])));
}

/** A USB device that is nothing but keyboard, mouse or touch screen: a headset or camera sends all the time. */
async function isOnlyInput(door: Door, usb: string): Promise<boolean> {
  const interfaces = ((await door.listDir(usb)) ?? []).filter((name) => /^\d+-[\d.]+:\d+\.\d+$/.test(name));
  const classes = await Promise.all(interfaces.map((name) => door.readText(`${usb}/${name}/bInterfaceClass`)));
  return classes.length > 0 && classes.every((text) => text?.trim() === '03');
}

/**
 * Counts that move when a person touches something, and that hold nothing of what was typed: the number of USB transfers of
 * each keyboard, mouse and touch screen (`urbnum`: such a device answers only when it has something to tell), and the
 * interrupts of the keyboard controller.
 */
export async function readInputCounters(door: Door): Promise<InputCounters> {
  const devices = parseInputDevices((await door.readText('/proc/bus/input/devices')) ?? '');
  const counts = new Map<string, number>();
  const usbs = new Set(devices.flatMap((device) => device.usb ?? []));
  for (const usb of usbs) {
    const text = await door.readText(`${usb}/urbnum`);
    const count = Number(text?.trim() || Number.NaN);
    if (Number.isSafeInteger(count) && (await isOnlyInput(door, usb))) counts.set(usb, count);
  }
  if (devices.some((device) => device.i8042)) {
    const count = parseKeyboardInterrupts((await door.readText('/proc/interrupts')) ?? '');
    if (count !== undefined && Number.isSafeInteger(count)) counts.set('i8042', count);
  }
  const counted = (device: InputDevice): boolean =>
    device.usb !== undefined ? counts.has(device.usb) : device.i8042 && counts.has('i8042');
  return { counts, complete: devices.length > 0 && devices.every(counted) };
}

/** When somebody last typed at a text console, epoch ms: the kernel keeps it as the access time of the terminal (within 8 s). */
export async function readTerminalInput(door: Door, tty: string): Promise<number | undefined> {
  return (await door.stat(`/dev/${tty}`))?.atimeMs;
}
