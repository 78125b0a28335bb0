import { sql } from 'kysely';
import { likeAnywhere } from '../fold.ts';
import type { DeviceFilter, DevicesLedger } from '../owners.ts';
import type { Device, DeviceState, Id, Instant } from '../records.ts';
import { unheard } from '../records.ts';
import type { Db } from '../schema.ts';
import { chunks, deviceOf, documentsOf, noDocuments, stateOf } from './rows.ts';

/** Devices with the unit they are in now. */
export const placed = (db: Db) =>
  db
    .selectFrom('devices')
    .innerJoin('device_placements as placement', (join) =>
      join.onRef('placement.device', '=', 'devices.id').on('placement.until', 'is', null),
    )
    .select([
      'devices.id',
      'devices.class',
      'devices.name',
      'devices.enrolled_at',
      'devices.revoked_at',
      'devices.fingerprint_json',
      'devices.cloned_from',
      'placement.unit',
    ]);

export async function deviceById(db: Db, id: Id): Promise<Device | undefined> {
  const row = await placed(db).where('devices.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : deviceOf(row);
}

/** A unit and everything under it. */
export const below = (db: Db, unit: Id) =>
  db
    .withRecursive('below', (cte) =>
      cte
        .selectFrom('units')
        .where('units.id', '=', unit)
        .select('units.id')
        .unionAll((more) => more.selectFrom('units').innerJoin('below', 'below.id', 'units.parent').select('units.id')),
    )
    .selectFrom('below')
    .select('below.id');

async function listDevices(db: Db, filter: DeviceFilter): Promise<Device[]> {
  let query = placed(db).orderBy('devices.id').limit(filter.limit);
  const { unit, text, after } = filter;
  if (after !== undefined) query = query.where('devices.id', '>', after);
  if (text !== undefined && text !== '') query = query.where(sql<boolean>`devices.search like ${likeAnywhere(text)} escape '\\'`);
  if (unit !== undefined) {
    query = query.where('placement.unit', 'in', below(db, unit));
  }
  return (await query.execute()).map(deviceOf);
}

async function statesOf(db: Db, ids: readonly Id[]): Promise<Map<Id, DeviceState>> {
  const states = new Map<Id, DeviceState>();
  for (const part of chunks([...new Set(ids)])) {
    const known = await db.selectFrom('devices').select('id').where('id', 'in', part).execute();
    const documents = await db.selectFrom('device_documents').selectAll().where('device', 'in', part).execute();
    const byDevice = Map.groupBy(documents, (row) => row.device);
    const rows = await db.selectFrom('device_states').selectAll().where('device', 'in', part).execute();
    for (const { id } of known) states.set(id, unheard(id));
    for (const row of rows) {
      const own = byDevice.get(row.device);
      states.set(row.device, stateOf(row, own === undefined ? noDocuments : documentsOf(own)));
    }
  }
  return states;
}

async function revoke(db: Db, id: Id, at: Instant): Promise<boolean> {
  const result = await db
    .updateTable('devices')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export function devicesLedger(db: Db): DevicesLedger {
  return {
    byId: (id) => deviceById(db, id),
    list: (filter) => listDevices(db, filter),
    count: async () =>
      Number(
        (
          await db
            .selectFrom('devices')
            .select((eb) => eb.fn.countAll().as('n'))
            .executeTakeFirstOrThrow()
        ).n,
      ),
    states: (ids) => statesOf(db, ids),
    revoke: (id, at) => revoke(db, id, at),
  };
}
