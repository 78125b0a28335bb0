import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Door } from '../probes/probe.ts';

const SESSIONS = '/run/systemd/sessions';

/** One session of logind, as its file says (systemd, src/login/logind-session.c; values in double quotes since 254 or bare). */
function fieldsOf(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z_0-9]+=/.test(line));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replaceAll('"', '')]));
}

/** Terminals and screens of people that are logged in. */
async function seatsOf(door: Door): Promise<{ readonly ttys: string[]; readonly screens: number }> {
  const names = ((await door.listDir(SESSIONS)) ?? []).filter((name) => !name.includes('.'));
  const texts = await Promise.all(names.map((name) => door.readText(`${SESSIONS}/${name}`)));
  const people = texts
    .flatMap((text) => (text === undefined ? [] : [fieldsOf(text)]))
    .filter((each) => each.get('CLASS')?.startsWith('user') === true);
  const graphical = (type: string | undefined): boolean => type === 'x11' || type === 'wayland' || type === 'mir';
  return {
    ttys: people
      .flatMap((each) => (graphical(each.get('TYPE')) ? [] : [each.get('TTY') ?? '']))
      .filter((tty) => /^(tty|pts\/)\d{1,5}$/.test(tty)),
    screens: people.filter((each) => graphical(each.get('TYPE'))).length,
  };
}

/** As wall(1): into the terminal, without becoming its owner and without waiting for one that is stopped. */
function writeTo(path: string, text: string): boolean {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    try {
      writeSync(file, text);
      return true;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/**
 * Shows a text on the text terminals of whoever is logged in. A graphical session belongs to its user's own bus, which a service
 * may not enter: `not_supported` when there are only such.
 * @param devices where the terminals are; another folder in tests
 */
export async function showOnTerminals(door: Door, text: string, devices = '/dev'): Promise<'shown' | 'nobody' | 'not_supported'> {
  const { ttys, screens } = await seatsOf(door);
  const framed = `\r\n\x07*** labwatch ***\r\n${text.replaceAll('\n', '\r\n')}\r\n`;
  const shown = ttys.map((tty) => writeTo(`${devices}/${tty}`, framed));
  if (shown.includes(true)) return 'shown';
  return screens > 0 || ttys.length > 0 ? 'not_supported' : 'nobody';
}
