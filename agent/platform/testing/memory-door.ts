import { basename, posix, win32 } from 'node:path';
import type { Door } from '../../probes/probe.ts';
import { memoryWindowsDoor, parseWindows, type MemoryWindows, type Section } from './memory-windows.ts';

/** One file of a machine that is only a text: its bytes, or where a link points, and its times. */
export interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly link?: string;
  readonly atimeMs: number;
  readonly mtimeMs: number;
}

export interface MemoryMachine {
  readonly files: ReadonlyMap<string, MemoryFile>;
  readonly spaces: ReadonlyMap<string, { total: number; free: number; available: number }>;
  /** What a socket answers, by `<socket> <request>`, and what a program prints, by the name of its last word or else its own. */
  readonly answers: ReadonlyMap<string, string>;
  readonly programs: ReadonlyMap<string, string>;
  /** Only of a Windows machine. */
  readonly windows?: MemoryWindows;
}

/** Paths of Windows know no case; here they stand below `/c:` with slashes. Others stay as they are. */
const normal = (path: string): string => (/^[A-Za-z]:\\/.test(path) ? `/${path.replaceAll('\\', '/').toLowerCase()}` : path);

/**
 * Reads a whole machine from one text, so that a case is one file that can be read and reviewed:
 *
 *     == /proc/meminfo
 *     MemTotal: 8000 kB
 *     == /sys/class/net/eth0/device -> /sys/devices/pci/eth
 *     == /dev/tty2 atime=1795300000000
 *     == /sys/class/drm/card0-HDMI-A-1/edid hex
 *     00ffffffffffff00 …
 *     == space / total=1000 free=600 available=500
 *     == ask /run/clamav/clamd.ctl zPING
 *     PONG
 *     == run inventory-child
 *     {"system":{}}
 *
 * Lines before the first `==` are remarks. Files of Windows are written `== C:\\Program Files\\x.exe` (attributes come after
 * two spaces); what else a Windows machine has stands at `parseWindows`.
 */
export function parseMachine(text: string): MemoryMachine {
  const files = new Map<string, MemoryFile>();
  const spaces = new Map<string, { total: number; free: number; available: number }>();
  const answers = new Map<string, string>();
  const programs = new Map<string, string>();
  const sections: Section[] = [];
  for (const section of text.split(/^== /m).slice(1)) {
    const end = section.indexOf('\n');
    const head = (end === -1 ? section : section.slice(0, end)).trim();
    const body = end === -1 ? '' : section.slice(end + 1);
    const number = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(head)?.[1] ?? 0);
    const words = /^[A-Za-z]:\\/.test(head) ? head.split(/ {2,}/) : head.split(' ');
    const [path = '', name = '', request = ''] = words;
    sections.push({ words, body });
    if (path === 'space') spaces.set(name, { total: number('total'), free: number('free'), available: number('available') });
    if (path === 'ask') answers.set(`${name} ${request}`, body);
    if (path === 'run') programs.set(name, body);
    if (!normal(path).startsWith('/')) continue;
    const link = / -> (\S+)/.exec(head)?.[1];
    const bytes = / hex\b/.test(head) ? Buffer.from(body.replace(/[^0-9a-fA-F]/g, ''), 'hex') : Buffer.from(body);
    files.set(normal(path), { bytes, atimeMs: number('atime'), mtimeMs: number('mtime'), ...(link === undefined ? {} : { link }) });
  }
  const windows = parseWindows(sections);
  return { files, spaces, answers, programs, ...(windows === undefined ? {} : { windows }) };
}

/** Follows links in every part of a path, as a file system does. */
function resolve(files: ReadonlyMap<string, MemoryFile>, path: string, left = 20): string | undefined {
  if (left === 0) return undefined;
  let at = '/';
  const parts = path.split('/').filter((part) => part !== '');
  for (const [i, part] of parts.entries()) {
    at = posix.join(at, part);
    const link = files.get(at)?.link;
    if (link !== undefined) return resolve(files, posix.join(posix.resolve(posix.dirname(at), link), ...parts.slice(i + 1)), left - 1);
  }
  return at;
}

/**
 * A door to such a machine.
 * @param mono what the clock says, for what is dated by it
 */
export function memoryDoor(machine: MemoryMachine, mono: () => number = () => 0): Door {
  const { files, spaces, answers, programs, windows } = machine;
  const isFolder = (path: string): boolean => Array.from(files.keys()).some((name) => name.startsWith(path === '/' ? '/' : `${path}/`));
  const fileAt = (path: string): MemoryFile | undefined => {
    const real = resolve(files, normal(path));
    return real === undefined ? undefined : files.get(real);
  };
  return {
    readText: async (path) => {
      const file = fileAt(path);
      return file === undefined ? undefined : Buffer.from(file.bytes).toString('utf8');
    },
    readBytes: async (path, length, offset = 0) => fileAt(path)?.bytes.subarray(offset, offset + length),
    listDir: async (path) => {
      const real = resolve(files, normal(path));
      if (real === undefined || !isFolder(real)) return undefined;
      const start = real === '/' ? 1 : real.length + 1;
      const names = Array.from(files.keys()).filter((name) => name.startsWith(real === '/' ? '/' : `${real}/`));
      return Array.from(new Set(names.map((name) => name.slice(start).split('/')[0]!))).toSorted();
    },
    stat: async (path) => {
      const real = resolve(files, normal(path));
      if (real === undefined) return undefined;
      const file = files.get(real);
      if (file !== undefined) return { mtimeMs: file.mtimeMs, atimeMs: file.atimeMs, size: file.bytes.length };
      return isFolder(real) ? { mtimeMs: 0, atimeMs: 0, size: 0 } : undefined;
    },
    realPath: async (path) => {
      const real = resolve(files, normal(path));
      return real !== undefined && (files.has(real) || isFolder(real)) ? real : undefined;
    },
    space: async (path) => spaces.get(path),
    ask: async (socket, request) => answers.get(`${socket} ${request.replaceAll('\0', '')}`),
    run: async (file, args) => programs.get(basename(args.at(-1) ?? file)) ?? programs.get(win32.basename(file)),
    ...(windows === undefined ? {} : { windows: memoryWindowsDoor(windows, mono) }),
  };
}
