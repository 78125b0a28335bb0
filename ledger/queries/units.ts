import { sql } from 'kysely';
import { newId } from '../../runtime/ids.ts';
import type { UnitsLedger } from '../owners.ts';
import type { Id, UnitPlace } from '../records.ts';
import type { Db, UnitRow } from '../schema.ts';
import { placeFrom, placesOf, planImport, type UnitImportRow } from '../unit-tree.ts';
import { chunks, unitOf } from './rows.ts';
import { addToTally } from './tallies.ts';

/** A unit and everything above it, from itself to the root. */
async function chainOf(db: Db, id: Id): Promise<UnitRow[]> {
  return db
    .withRecursive('chain', (cte) =>
      cte
        .selectFrom('units')
        .where('id', '=', id)
        .select(['id', 'code', 'kind', 'name', 'parent', 'zone', sql<number>`0`.as('step')])
        .unionAll((eb) =>
          eb
            .selectFrom('units')
            .innerJoin('chain', 'chain.parent', 'units.id')
            .select([
              'units.id',
              'units.code',
              'units.kind',
              'units.name',
              'units.parent',
              'units.zone',
              sql<number>`chain.step + 1`.as('step'),
            ]),
        ),
    )
    .selectFrom('chain')
    .select(['id', 'code', 'kind', 'name', 'parent', 'zone'])
    .orderBy('step')
    .execute();
}

export async function placeById(db: Db, id: Id): Promise<UnitPlace | undefined> {
  const chain = await chainOf(db, id);
  return chain.length === 0 ? undefined : placeFrom(chain.map(unitOf));
}

async function importUnits(
  db: Db,
  rows: readonly UnitImportRow[],
  onProgress: (done: number, all: number) => void,
): Promise<{ added: number; changed: number }> {
  const units = await db.selectFrom('units').selectAll().execute();
  const codeOf = new Map(units.map((unit) => [unit.id, unit.code]));
  const idOf = new Map(units.map((unit) => [unit.code, unit.id]));
  const existing = new Map(
    units.map((unit) => [unit.code, { ...unitOf(unit), parentCode: unit.parent === null ? null : codeOf.get(unit.parent)! }]),
  );
  const plan = planImport(rows, existing);
  for (const unit of plan.added) idOf.set(unit.code, newId());
  const rowFor = ({ code, kind, name, zone, parentCode }: UnitImportRow): UnitRow => ({
    id: idOf.get(code)!,
    code,
    kind,
    name,
    zone,
    parent: parentCode === null ? null : idOf.get(parentCode)!,
  });
  const all = plan.added.length + plan.changed.length;
  let done = 0;
  for (const part of chunks(plan.added)) {
    await db.insertInto('units').values(part.map(rowFor)).execute();
    onProgress((done += part.length), all);
  }
  for (const unit of plan.changed) {
    const { id, ...values } = rowFor(unit);
    await db.updateTable('units').set(values).where('id', '=', id).execute();
    onProgress(++done, all);
  }
  if (all > 0) await addToTally(db, 'units_version', 1);
  return { added: plan.added.length, changed: plan.changed.length };
}

export function unitsLedger(db: Db): UnitsLedger {
  return {
    import: (rows, onProgress = () => undefined) =>
      db.transaction().execute((tx) =>
        importUnits(
          tx,
          // Two keyboards, one code: composed and decomposed letters are the same.
          rows.map((row) => ({ ...row, code: row.code.normalize('NFC'), parentCode: row.parentCode?.normalize('NFC') ?? null })),
          onProgress,
        ),
      ),
    list: async () => placesOf((await db.selectFrom('units').selectAll().execute()).map(unitOf)),
    byId: (id) => placeById(db, id),
    byCode: async (code) => {
      const row = await db.selectFrom('units').select('id').where('code', '=', code.normalize('NFC')).executeTakeFirst();
      return row === undefined ? undefined : placeById(db, row.id);
    },
  };
}
