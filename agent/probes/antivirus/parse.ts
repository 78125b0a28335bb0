/** The definitions of one ClamAV database file. */
export interface Definitions {
  readonly version: string;
  /** Epoch ms. */
  readonly at: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The first ClamAV database is of 2002; nothing after 2100. */
const EARLIEST = Date.UTC(2002, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** `16 Apr 2020 07-58 -0400`: %d %b %Y %H-%M %z in the C locale. @returns epoch ms */
function headerTime(text: string): number | undefined {
  const match = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2})-(\d{2}) ([+-])(\d{2})(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[2]!);
  if (month === -1) return undefined;
  const zone = (match[6] === '-' ? -1 : 1) * (Number(match[7]) * 60 + Number(match[8]));
  return Date.UTC(Number(match[3]), month, Number(match[1]), Number(match[4]), Number(match[5])) - zone * 60_000;
}

const plausible = (at: number | undefined): at is number => at !== undefined && at >= EARLIEST && at <= LATEST;

/**
 * The first 512 bytes of a .cvd or .cld file (libclamav, cvd.c): `ClamAV-VDB:` time : version : signatures : level : MD5 :
 * signature : builder : epoch seconds, filled with spaces. The epoch is taken when it is there, since the text has
 * minutes only and old files have no zone one can trust.
 */
export function parseDatabaseHeader(bytes: Uint8Array): Definitions | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 512)).trim();
  const fields = text.split(':');
  if (fields[0] !== 'ClamAV-VDB') return undefined;
  const version = fields[2]?.trim() ?? '';
  if (!/^\d{1,9}$/.test(version)) return undefined;
  const epoch = /^\s*(\d{9,11})\s*$/.exec(fields[8] ?? '')?.[1];
  const at = [epoch === undefined ? undefined : Number(epoch) * 1000, headerTime(fields[1] ?? '')].find(plausible);
  return at === undefined ? undefined : { version, at };
}

/** The newest of several, as clamd counts its age by the newest of daily and main. */
export function newest(all: readonly (Definitions | undefined)[]): Definitions | undefined {
  return all.reduce((best, one) => (one !== undefined && (best === undefined || one.at > best.at) ? one : best), undefined);
}

/**
 * Answer to VERSION: `ClamAV 1.4.3/27800/Sat Nov 21 07:24:00 2026`, or only `ClamAV 1.4.3` without a database. The time
 * is in the machine's own zone and is not used. `COMMAND UNAVAILABLE` (EnableVersionCommand no) gives undefined.
 */
export function parseClamdVersion(answer: string): { readonly engine: string; readonly definitions?: string } | undefined {
  const match = /^ClamAV (\d[0-9A-Za-z.+~-]{0,30})(?:\/(\d{1,9})(?:\/|$))?/.exec(answer.replace(/[\0\n].*$/s, ''));
  if (match === null) return undefined;
  return { engine: match[1]!, ...(match[2] === undefined ? {} : { definitions: match[2] }) };
}

/** `LocalSocket` and `DatabaseDirectory` of clamd.conf(5): a key, spaces, a path that may be quoted. */
export function parseClamdConfig(text: string): { readonly sockets: readonly string[]; readonly database?: string } {
  const values = (key: string): string[] =>
    Array.from(text.matchAll(new RegExp(`^[ \\t]*${key}[ \\t]+"?(/[^"\\s]{1,100})"?[ \\t]*$`, 'gm')), (match) => match[1]!);
  const database = values('DatabaseDirectory')[0];
  return { sockets: values('LocalSocket'), ...(database === undefined ? {} : { database }) };
}

/** What was found of ClamAV on the machine. */
export interface ClamavEvidence {
  /** Scanner, service or updater, or a folder of definitions is there. */
  readonly installed: boolean;
  /** clamd said PONG, or anything else that clamd says. */
  readonly answers: boolean;
  /** Processes by name; undefined when they were not looked at. */
  readonly clamdRuns?: boolean;
  readonly onAccessRuns?: boolean;
  readonly engine?: string;
  readonly definitions?: Definitions;
  /** The folder of definitions could be looked into, and holds no database. */
  readonly empty?: boolean;
}

/** A product in the shape of the security message. */
export interface Product {
  readonly name: string;
  readonly version?: string;
  readonly state: 'on' | 'off' | 'snoozed' | 'expired' | 'unknown';
  readonly realtime: 'on' | 'off' | 'unknown';
  readonly definitions?: { readonly version?: string; readonly at: number };
  /** What the product says of its definitions where no date is known; `none` = it has none yet. */
  readonly freshness?: 'current' | 'old' | 'none';
  readonly licence?: 'free' | 'paid';
}

/**
 * on = its service answers; off = its service does not run (a scanner that is only started by hand protects nobody);
 * unknown = the service runs and does not answer (it may be loading, or this user may not ask). Files are checked on
 * opening only by clamonacc together with clamd.
 */
export function judgeClamav(found: ClamavEvidence): Product | undefined {
  if (!found.installed && !found.answers && found.clamdRuns !== true) return undefined;
  const state = found.answers ? 'on' : found.clamdRuns === true ? 'unknown' : found.clamdRuns === false ? 'off' : 'unknown';
  const watching = found.onAccessRuns === undefined ? 'unknown' : found.onAccessRuns ? 'on' : 'off';
  return {
    name: 'ClamAV',
    ...(found.engine === undefined ? {} : { version: found.engine }),
    state,
    realtime: state === 'off' ? 'off' : watching === 'on' && state !== 'on' ? 'unknown' : watching,
    ...(found.definitions !== undefined ? { definitions: found.definitions } : found.empty === true ? { freshness: 'none' } : {}),
    licence: 'free',
  };
}

/** Other products on Linux, recognised by the folder their packages install to and the name of their service's process. */
export const OTHERS = [
  { name: 'Microsoft Defender for Endpoint', folder: '/opt/microsoft/mdatp', process: 'wdavdaemon' },
  { name: 'Kaspersky Endpoint Security', folder: '/opt/kaspersky/kesl', process: 'kesl' },
  { name: 'ESET Endpoint Antivirus', folder: '/opt/eset/eea', process: 'oaeventd' },
  { name: 'Sophos Protection', folder: '/opt/sophos-spl', process: 'av' },
  { name: 'Bitdefender GravityZone', folder: '/opt/bitdefender-security-tools', process: 'bdsecd' },
] as const;

/** These names are not confirmed on machines: a process that is seen is on, one that is not seen is unknown, never off. */
export function judgeOther(name: string, runs: boolean): Product {
  return { name, state: runs ? 'on' : 'unknown', realtime: 'unknown' };
}
