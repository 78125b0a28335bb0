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
/** struct utmp of glibc: 384 bytes where times in it are of 32 bits (x86), 400 where of 64 (arm64). ut_user stands at 44 in both. */
const RECORD_SIZES = [384, 400] as const;
const USER_AT = 44;

const isShutdown = (record: Uint8Array): boolean =>
  Array.from('shutdown').every((letter, i) => record[USER_AT + i] === letter.charCodeAt(0)) && record[USER_AT + 8] === 0;

function typesOf(bytes: Uint8Array, size: number): string[] | undefined {
  const kinds: string[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    const type = bytes[at]! + bytes[at + 1]! * 256;
    if (type > 9) return undefined;
    if (type === BOOT_TIME) kinds.push('boot');
    else if (type === RUN_LEVEL && isShutdown(bytes.subarray(at, at + size))) kinds.push('shutdown');
  }
  return kinds;
}

/**
 * How the boot before this one ended, from /var/log/wtmp: a `shutdown` between the last two boots = switched off or
 * restarted in order (clean); none = it lost its power or hung (power). Records of logins are passed over unread.
 * @returns unknown when the file is empty, not kept any more, or has only one boot
 */
export function parseLastEnd(wtmp: Uint8Array): 'clean' | 'power' | 'unknown' {
  for (const size of RECORD_SIZES) {
    if (wtmp.length % size !== 0) continue;
    const kinds = typesOf(wtmp, size);
    if (kinds === undefined) continue;
    const last = kinds.lastIndexOf('boot');
    const before = last <= 0 ? -1 : kinds.lastIndexOf('boot', last - 1);
    if (before === -1) return 'unknown';
    return kinds.slice(before, last).includes('shutdown') ? 'clean' : 'power';
  }
  return 'unknown';
}
