/** `btime` of /proc/stat: when the machine booted, epoch seconds by its own clock. @returns epoch ms */
export function parseBootTime(text: string): number | undefined {
  const match = /^btime (\d{1,12})$/m.exec(text);
  return match === null ? undefined : Number(match[1]) * 1000;
}

/** The kernel's boot id: a UUID, made anew at every boot (random(4)). */
export function parseBootId(text: string): string | undefined {
  const id = text.trim().toLowerCase();
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : undefined;
}

/** ut_type of utmp(5). Others belong to people and are never looked at. */
const RUN_LEVEL = 1;
const BOOT_TIME = 2;
/**
 * struct utmp of glibc (bits/utmp.h): 384 bytes with times of 32 bits (x86), 400 with times of 64 (arm64). ut_user stands at
 * 44 in both; of the time the low 32 bits are read, which last until 2106.
 */
const LAYOUTS = [
  { size: 384, timeAt: 340 },
  { size: 400, timeAt: 344 },
] as const;
const USER_AT = 44;
/** The record of a boot is written a little after the kernel started. */
const SAME_BOOT_MS = 600_000;

interface Mark {
  readonly kind: 'boot' | 'shutdown';
  /** Epoch ms. */
  readonly at: number;
}

const isShutdown = (record: Uint8Array): boolean =>
  Array.from('shutdown').every((letter, i) => record[USER_AT + i] === letter.charCodeAt(0)) && record[USER_AT + 8] === 0;

/** @returns undefined when the bytes are not records of this layout */
function marksOf(bytes: Uint8Array, layout: (typeof LAYOUTS)[number]): Mark[] | undefined {
  const marks: Mark[] = [];
  for (let start = 0; start + layout.size <= bytes.length; start += layout.size) {
    const record = bytes.subarray(start, start + layout.size);
    const type = record[0]! + record[1]! * 256;
    if (type > 9) return undefined;
    const time = record.subarray(layout.timeAt, layout.timeAt + 4).reduceRight((sum, byte) => sum * 256 + byte, 0) * 1000;
    if (type === BOOT_TIME) marks.push({ kind: 'boot', at: time });
    else if (type === RUN_LEVEL && isShutdown(record)) marks.push({ kind: 'shutdown', at: time });
  }
  return marks;
}

/**
 * How the boot before this one ended, from /var/log/wtmp: a `shutdown` between the last two boots = switched off or
 * restarted in order (clean); none = it lost its power or hung (power). Records of logins are passed over unread.
 * @param bootAt when this boot began, epoch ms
 * @returns unknown when the file is empty, has only one boot, or its last boot is not this one: it is not kept any more, or
 * the clock was wrong then
 */
export function parseLastEnd(wtmp: Uint8Array, bootAt: number): { lastEnd: 'clean' | 'power' | 'unknown'; endedAt?: number } {
  for (const layout of LAYOUTS) {
    const marks = wtmp.length % layout.size === 0 ? marksOf(wtmp, layout) : undefined;
    if (marks === undefined) continue;
    const last = marks.findLastIndex((mark) => mark.kind === 'boot');
    const before = marks.slice(0, Math.max(0, last)).findLastIndex((mark) => mark.kind === 'boot');
    if (before === -1 || Math.abs(marks[last]!.at - bootAt) > SAME_BOOT_MS) return { lastEnd: 'unknown' };
    const end = marks.slice(before, last).findLast((mark) => mark.kind === 'shutdown');
    return end === undefined ? { lastEnd: 'power' } : { lastEnd: 'clean', endedAt: end.at };
  }
  return { lastEnd: 'unknown' };
}
