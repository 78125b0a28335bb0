import { createHash } from 'node:crypto';
import type { BootPart, Door } from '../probe.ts';
import { readJournalEnd } from './journal.ts';
import { parseBootId, parseBootTime, parseLastEnd } from './parse.ts';

/** Both record sizes of wtmp (384, 400) divide it, so that reading the end of a long file starts at a record. */
const ALIGN = 9600;
const MOST_BYTES = 40 * ALIGN;

async function readLastEnd(door: Door, bootAt: number): Promise<Pick<BootPart, 'lastEnd' | 'endedAt'>> {
  const size = (await door.stat('/var/log/wtmp'))?.size ?? 0;
  const offset = Math.max(0, Math.ceil((size - MOST_BYTES) / ALIGN) * ALIGN);
  const wtmp = size === 0 ? undefined : await door.readBytes('/var/log/wtmp', MOST_BYTES, offset);
  // New distributions keep no wtmp (its times end in 2038); what an old one left there stays stale.
  const known = wtmp === undefined ? undefined : parseLastEnd(wtmp, bootAt);
  return known === undefined || known.lastEnd === 'unknown' ? readJournalEnd(door) : known;
}

/** @returns undefined when the kernel does not tell its boot id or time */
export async function readBoot(door: Door): Promise<BootPart | undefined> {
  const [idText, statText] = await Promise.all([door.readText('/proc/sys/kernel/random/boot_id'), door.readText('/proc/stat')]);
  const id = parseBootId(idText ?? '');
  const bootAt = parseBootTime(statText ?? '');
  if (id === undefined || bootAt === undefined) return undefined;
  // Hashed, so that it can be compared and says nothing else; 64 bits are plenty for the boots of one machine.
  return { boot: createHash('sha256').update(id).digest('hex').slice(0, 16), bootAt, ...(await readLastEnd(door, bootAt)) };
}
