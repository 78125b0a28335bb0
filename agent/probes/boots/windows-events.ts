import type { BootPart } from '../probe.ts';

/** What an event of the System log says of starts and ends; everything else in it (the name of the machine, of a user) is never looked at. */
export interface Mark {
  readonly kind: 'start' | 'log-began' | 'log-ended' | 'asked-to-end' | 'unexpected' | 'lost-power' | 'sleep';
  /** Epoch ms. */
  readonly at: number;
  readonly record: number;
  /** Of a start: 0 = cold, 1 = Fast Startup, 2 = out of hibernation. */
  readonly type?: number;
  /** Of lost-power: it stopped with a blue screen. */
  readonly crashed?: boolean;
}

/** Numbers belong to their provider: network drivers have a 27 of their own. */
const KINDS: Readonly<Record<string, Mark['kind']>> = {
  'EventLog 6005': 'log-began',
  'EventLog 6006': 'log-ended',
  'EventLog 6008': 'unexpected',
  'Microsoft-Windows-Kernel-Power 41': 'lost-power',
  'Microsoft-Windows-Kernel-Power 42': 'sleep',
  'Microsoft-Windows-Kernel-Boot 27': 'start',
  'User32 1074': 'asked-to-end',
};

/** XPath for these events, as wevtutil takes it. */
export const EVENTS =
  "*[System[(Provider[@Name='EventLog'] and (EventID=6005 or EventID=6006 or EventID=6008)) or " +
  "(Provider[@Name='Microsoft-Windows-Kernel-Power'] and (EventID=41 or EventID=42)) or " +
  "(Provider[@Name='Microsoft-Windows-Kernel-Boot'] and EventID=27) or (Provider[@Name='User32'] and EventID=1074)]]";

const MOST_EVENTS = 256;
const MOST_TEXT = 20_000;

function dataOf(text: string, name: string): number | undefined {
  const value = new RegExp(`<Data Name=['"]${name}['"]>\\s*(0x[0-9a-f]{1,8}|\\d{1,10})\\s*</Data>`, 'i').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/**
 * Events as `wevtutil qe … /f:xml` prints them: one `<Event>` after the other, without an element around them. The XML is the
 * same in every language of Windows, the rendered text is not, and is not asked for. Pure.
 * @returns oldest first
 */
export function parseEvents(printed: string): Mark[] {
  const marks: Mark[] = [];
  for (const text of printed.split('<Event ').slice(1, MOST_EVENTS + 1)) {
    const head = text.slice(0, MOST_TEXT);
    const provider = /<Provider [^>]{0,200}?Name=['"]([^'"]{1,100})['"]/.exec(head)?.[1];
    const id = /<EventID(?: [^>]{0,100})?>(\d{1,5})<\/EventID>/.exec(head)?.[1];
    const at = Date.parse(/<TimeCreated SystemTime=['"]([0-9T:.Z-]{19,35})['"]/.exec(head)?.[1] ?? '');
    const record = Number(/<EventRecordID>(\d{1,15})<\/EventRecordID>/.exec(head)?.[1] ?? Number.NaN);
    const key = `${provider} ${id}`;
    if (!Object.hasOwn(KINDS, key) || !(at > 0) || !Number.isSafeInteger(record)) continue;
    const kind = KINDS[key]!;
    const type = kind === 'start' ? dataOf(head, 'BootType') : undefined;
    const crashed = kind === 'lost-power' ? (dataOf(head, 'BugcheckCode') ?? 0) !== 0 : undefined;
    marks.push({ kind, at, record, ...(type === undefined ? {} : { type }), ...(crashed === undefined ? {} : { crashed }) });
  }
  return marks.toSorted((a, b) => a.record - b.record || a.at - b.at);
}

const MINUTE = 60_000;
/** The log begins a little after the kernel, and tells of the end before a little later. */
const SAME_START = 15 * MINUTE;
/** A start that stands in the log and the clock's own count of the time since then may differ by what the clock was set. */
const SAME_BOOT = 60 * MINUTE;
const STARTS: readonly NonNullable<BootPart['start']>[] = ['cold', 'fast', 'hibernated'];

export interface Started extends Pick<BootPart, 'lastEnd' | 'endedAt' | 'start'> {
  readonly at: number;
  /** The event that says so. */
  readonly record: number;
}

/**
 * The start of this boot and the end of the one before. After Fast Startup the kernel is the old one and its clock counts on
 * from days ago, so the event decides; it must not be older than the kernel, or the log is not of this boot (a disk that
 * is set back at every start, a log that was cleared).
 * @param marks oldest first
 * @param kernelAt when the kernel began by its own count, epoch ms
 */
export function judgeStart(marks: readonly Mark[], kernelAt: number): Started | undefined {
  const boot = marks.findLast((mark) => mark.kind === 'start');
  const log = marks.findLast((mark) => mark.kind === 'log-began');
  const found = boot === undefined || (log !== undefined && log.at - boot.at > SAME_START) ? log : boot;
  if (found === undefined || found.at < kernelAt - SAME_BOOT) return undefined;
  const start = found.type === undefined ? undefined : STARTS[found.type];
  // A cold start is when the kernel began.
  if (start === 'cold' && found.at > kernelAt + SAME_BOOT) return undefined;
  const { at, record } = found;
  return { at, record, ...(start === undefined ? {} : { start }), ...endBefore(marks, at, start) };
}

function endBefore(marks: readonly Mark[], at: number, start: BootPart['start']): Pick<Started, 'lastEnd' | 'endedAt'> {
  const after = marks.filter((mark) => mark.at >= at - MINUTE && mark.at <= at + SAME_START);
  const lost = after.find((mark) => mark.kind === 'lost-power');
  if (lost?.crashed === true) return { lastEnd: 'crash' };
  if (lost !== undefined || after.some((mark) => mark.kind === 'unexpected')) return { lastEnd: 'power' };
  const before = marks.filter((mark) => mark.at < at);
  const earlier = before.findLast((mark) => (mark.kind === 'start' || mark.kind === 'log-began') && mark.at < at - MINUTE);
  const between = before.filter((mark) => mark.at > (earlier?.at ?? 0));
  const ends: readonly Mark['kind'][] = start === 'fast' || start === 'hibernated' ? ['sleep', 'log-ended'] : ['log-ended', 'asked-to-end'];
  const end = ends.map((kind) => between.findLast((mark) => mark.kind === kind)).find((mark) => mark !== undefined);
  return end === undefined ? { lastEnd: 'unknown' } : { lastEnd: 'clean', endedAt: end.at };
}
