import type { Db, Tally } from '../schema.ts';

export async function addToTally(db: Db, name: Tally, by: number): Promise<void> {
  if (by === 0) return;
  await db
    .updateTable('tallies')
    .set((eb) => ({ value: eb('value', '+', by) }))
    .where('name', '=', name)
    .execute();
}

export async function readTallies(db: Db): Promise<Record<Tally, number>> {
  const rows = await db.selectFrom('tallies').selectAll().execute();
  return Object.fromEntries(rows.map((row) => [row.name, row.value])) as Record<Tally, number>;
}
