import type { SpoolLedger } from '../owners.ts';
import type { Instant } from '../records.ts';
import type { Db } from '../schema.ts';
import { chunks } from './rows.ts';
import { addToTally, readTallies } from './tallies.ts';

const bytesOf = (line: string): number => Buffer.byteLength(line);

/** About 50 MB. A store that refuses everything must not fill the disk; what was refused is counted all the same. */
const MOST_DEAD_LETTERS = 100_000;

/** @returns how many were taken away */
async function trimDeadLetters(db: Db): Promise<number> {
  const newest = await db
    .selectFrom('dead_letters')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  const gone = await db
    .deleteFrom('dead_letters')
    .where('id', '<=', (newest?.id ?? 0) - MOST_DEAD_LETTERS)
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}

/** Takes rows away. Ids that are gone already are passed over, so that settling twice changes nothing. */
async function settle(db: Db, stored: readonly number[], rejected: readonly { id: number; reason: string }[], at: Instant): Promise<void> {
  const reasons = new Map(rejected.map(({ id, reason }) => [id, reason]));
  let rows = 0;
  let bytes = 0;
  let dead = 0;
  for (const ids of chunks([...new Set([...stored, ...reasons.keys()])])) {
    const gone = await db.deleteFrom('spool').where('id', 'in', ids).returning(['id', 'line']).execute();
    rows += gone.length;
    for (const row of gone) bytes += bytesOf(row.line);
    const letters = gone.filter((row) => reasons.has(row.id)).map(({ id, line }) => ({ at, line, reason: reasons.get(id)! }));
    dead += letters.length;
    if (letters.length > 0) await db.insertInto('dead_letters').values(letters).execute();
  }
  if (dead > 0) dead -= await trimDeadLetters(db);
  await addToTally(db, 'spool_rows', -rows);
  await addToTally(db, 'spool_bytes', -bytes);
  await addToTally(db, 'dead', dead);
}

export function spoolLedger(db: Db): SpoolLedger {
  return {
    peek: (limit) => db.selectFrom('spool').select(['id', 'line']).orderBy('id').limit(limit).execute(),
    settle: (stored, rejected, at) => db.transaction().execute((tx) => settle(tx, stored, rejected, at)),
    size: async () => {
      const tallies = await readTallies(db);
      const oldest = await db.selectFrom('spool').select('at').orderBy('id').limit(1).executeTakeFirst();
      return { rows: tallies.spool_rows, bytes: tallies.spool_bytes, oldest: oldest?.at ?? null };
    },
    deadLetters: (limit) => db.selectFrom('dead_letters').select(['line', 'reason', 'at']).orderBy('id', 'desc').limit(limit).execute(),
    counts: async () => {
      const { dead, parked } = await readTallies(db);
      return { dead, parked };
    },
    parked: (limit) =>
      db.selectFrom('parked').select(['device', 'kind', 'code', 'detail', 'payload', 'at']).orderBy('id', 'desc').limit(limit).execute(),
  };
}
