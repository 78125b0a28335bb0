import type { BootPart, Door } from '../probe.ts';

/** SD_MESSAGE_JOURNAL_STOP and SD_MESSAGE_SHUTDOWN of sd-messages.h: the journal, or the system, was told to stop. */
const STOPPED = new Set(['d93fb3c9c24d451a97cea615ce59c00b', '98268866d1d54a499c4e98921d93bc40']);
const TIMEOUT_MS = 8_000;
const LAST_LINES = 30;

/**
 * The last entries of a boot as `journalctl -o json` prints them: one object a line with `__REALTIME_TIMESTAMP` (µs, as a
 * text) and the fields asked for. Pure.
 * @returns clean when the end of the journal was ordered, power when it simply ends, unknown when nothing was printed
 */
export function parseJournalEnd(printed: string): Pick<BootPart, 'lastEnd' | 'endedAt'> {
  let last: number | undefined;
  let ordered = false;
  for (const line of printed.split('\n').slice(0, 200)) {
    let entry: Readonly<Record<string, unknown>> | null;
    try {
      entry = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
    } catch {
      continue;
    }
    const micros = /^\d{10,17}$/.exec(String(entry?.['__REALTIME_TIMESTAMP'] ?? ''))?.[0];
    if (micros === undefined) continue;
    last = Math.max(last ?? 0, Math.floor(Number(micros) / 1000));
    if (STOPPED.has(String(entry?.['MESSAGE_ID'] ?? ''))) ordered = true;
  }
  if (last === undefined) return { lastEnd: 'unknown' };
  return ordered ? { lastEnd: 'clean', endedAt: last } : { lastEnd: 'power' };
}

/**
 * How the boot before ended, where wtmp is not kept any more: its last entries in a journal that is kept on the disk. One
 * program, once per start of the agent. Only the numbers of messages are asked for, never their text.
 */
export async function readJournalEnd(door: Door): Promise<Pick<BootPart, 'lastEnd' | 'endedAt'>> {
  if (((await door.listDir('/var/log/journal')) ?? []).length === 0) return { lastEnd: 'unknown' };
  const words = ['--boot=-1', '--lines', String(LAST_LINES), '--output=json', '--output-fields=MESSAGE_ID', '--quiet', '--no-pager'];
  const printed = await door.run('journalctl', words, { timeoutMs: TIMEOUT_MS, maxBytes: 256 * 1024 });
  return parseJournalEnd(printed ?? '');
}
