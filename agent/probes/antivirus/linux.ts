import type { Door } from '../probe.ts';
import {
  newest,
  OTHERS,
  parseClamdConfig,
  parseClamdVersion,
  parseDatabaseHeader,
  type ClamavEvidence,
  type Definitions,
} from './parse.ts';

const CONFIGS = ['/etc/clamav/clamd.conf', '/etc/clamd.d/scan.conf', '/etc/clamd.conf'];
/** Debian, Fedora and RHEL, Arch. */
const SOCKETS = ['/run/clamav/clamd.ctl', '/run/clamd.scan/clamd.sock', '/run/clamav/clamd.sock'];
const DATABASES = '/var/lib/clamav';
const PROGRAMS = [
  '/usr/sbin/clamd',
  '/usr/bin/clamscan',
  '/usr/bin/clamdscan',
  '/usr/bin/freshclam',
  '/usr/local/sbin/clamd',
  '/usr/local/bin/clamscan',
];
const ANSWER_MS = 2_000;
const HEADER_BYTES = 512;

const exists = async (door: Door, path: string): Promise<boolean> => (await door.stat(path)) !== undefined;

async function anyExists(door: Door, paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => exists(door, path)));
  return found.includes(true);
}

async function readDefinitions(door: Door, folder: string): Promise<Definitions | undefined> {
  const names = ['daily.cvd', 'daily.cld', 'main.cvd', 'main.cld'];
  const headers = await Promise.all(names.map((name) => door.readBytes(`${folder}/${name}`, HEADER_BYTES)));
  return newest(headers.map((header) => (header === undefined ? undefined : parseDatabaseHeader(header))));
}

/** Asks the first socket that answers. A clamd that refuses a command answers all the same. */
async function askClamd(door: Door, sockets: readonly string[]): Promise<{ answers: boolean; engine?: string }> {
  for (const socket of sockets) {
    if (!(await exists(door, socket))) continue;
    const pong = await door.ask(socket, 'zPING\0', ANSWER_MS);
    if (pong === undefined || !/^(?:PONG|COMMAND UNAVAILABLE|UNKNOWN COMMAND)/.test(pong)) continue;
    const version = parseClamdVersion((await door.ask(socket, 'zVERSION\0', ANSWER_MS)) ?? '');
    return { answers: true, ...(version === undefined ? {} : { engine: version.engine }) };
  }
  return { answers: false };
}

/**
 * Names of running processes that matter here; the rest are forgotten as they are read. A name in `comm` has at most 15
 * characters. @returns undefined when /proc cannot be listed
 */
export async function readProcesses(door: Door): Promise<ReadonlySet<string> | undefined> {
  const wanted = new Set<string>(['clamd', 'clamonacc', ...OTHERS.map((product) => product.process)]);
  const ids = ((await door.listDir('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  if (ids.length === 0) return undefined;
  const seen = new Set<string>();
  // In turn, not at once: hundreds of reads must not crowd out the others.
  for (const id of ids) {
    const name = (await door.readText(`/proc/${id}/comm`))?.trim();
    if (name !== undefined && wanted.has(name)) seen.add(name);
  }
  return seen;
}

/** @param processes undefined when they were not looked at */
export async function readClamav(door: Door, processes: ReadonlySet<string> | undefined): Promise<ClamavEvidence> {
  const texts = await Promise.all(CONFIGS.map((path) => door.readText(path)));
  const configs = texts.flatMap((text) => (text === undefined ? [] : parseClamdConfig(text)));
  const sockets = Array.from(new Set([...configs.flatMap((config) => config.sockets), ...SOCKETS]));
  const database = configs.find((config) => config.database !== undefined)?.database ?? DATABASES;
  const [installed, names, definitions, clamd] = await Promise.all([
    anyExists(door, [...PROGRAMS, database]),
    door.listDir(database),
    readDefinitions(door, database),
    askClamd(door, sockets),
  ]);
  // A folder that may not be looked into says nothing; packages make it, and freshclam fills it.
  const empty = names !== undefined && !names.some((name) => /\.(?:cvd|cld|cud)$/.test(name));
  return {
    installed,
    ...clamd,
    ...(processes === undefined ? {} : { clamdRuns: processes.has('clamd'), onAccessRuns: processes.has('clamonacc') }),
    ...(definitions === undefined ? { empty } : { definitions }),
  };
}

/** The other products whose folder is there. */
export async function readOthers(door: Door): Promise<(typeof OTHERS)[number][]> {
  const there = await Promise.all(OTHERS.map((product) => exists(door, product.folder)));
  return OTHERS.filter((_, i) => there[i]);
}
