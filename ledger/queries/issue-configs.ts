import { siftSettings, type DeviceSettings } from '../../protocol/device-settings.ts';
import type { Id, Instant } from '../records.ts';
import type { ConfigRow, Db } from '../schema.ts';
import { settingsOf } from './rows.ts';

/** Devices looked at in one transaction: short, so that reports need not wait. */
const PAGE = 1_000;

type ValuesOf = (unit: Id, device: Id) => DeviceSettings;

interface Row {
  readonly id: Id;
  readonly unit: Id;
  readonly version: number | null;
  readonly settings_json: string | null;
  readonly confirmed: number | null;
  readonly told_at: number | null;
}

/** Settings as they are set, read once and resolved unit by unit: the tree of a province has far fewer units than devices. */
async function resolver(db: Db): Promise<ValuesOf> {
  const rows = await db.selectFrom('settings').selectAll().execute();
  const own = Map.groupBy(rows, ({ scope, scope_id }) => `${scope} ${scope_id}`);
  const at = (scope: string, id: Id): DeviceSettings => settingsOf(own.get(`${scope} ${id}`) ?? []);
  const parents = new Map<Id, Id | null>();
  if (rows.some(({ scope }) => scope === 'unit')) {
    for (const { id, parent } of await db.selectFrom('units').select(['id', 'parent']).execute()) parents.set(id, parent);
  }
  const known = new Map<Id, DeviceSettings>();
  const ofUnit = (unit: Id): DeviceSettings => {
    const chain: Id[] = [];
    for (let up: Id | null | undefined = unit; up != null && !known.has(up); up = parents.get(up)) chain.push(up);
    for (const id of chain.toReversed()) {
      const above = parents.get(id);
      known.set(id, { ...(above == null ? {} : known.get(above)), ...at('unit', id) });
    }
    return known.get(unit)!;
  };
  return (unit, device) => ({ ...ofUnit(unit), ...at('device', device) });
}

async function page(db: Db, after: Id, which: 'all' | 'due'): Promise<Row[]> {
  let query = db
    .selectFrom('devices')
    .innerJoin('device_placements as placement', (join) =>
      join.onRef('placement.device', '=', 'devices.id').on('placement.until', 'is', null),
    )
    .leftJoin('device_configs as config', 'config.device', 'devices.id')
    .select(['devices.id', 'placement.unit', 'config.version', 'config.settings_json', 'config.confirmed', 'config.told_at'])
    .where('devices.id', '>', after)
    .where('devices.revoked_at', 'is', null)
    .orderBy('devices.id')
    .limit(PAGE);
  if (which === 'due') {
    query = query.where('devices.id', 'in', (eb) => eb.selectFrom('device_configs').select('device').where('due', '=', 1));
  }
  return query.execute();
}

/** The row a device should have; undefined when it has it already. */
function renewed(row: Row, valuesFor: ValuesOf, at: Instant): ConfigRow | undefined {
  // In the order of the table of settings, so that equal settings are equal texts.
  const settings_json = JSON.stringify(siftSettings(valuesFor(row.unit, row.id)).settings);
  const [version, confirmed] = [row.version ?? 0, row.confirmed ?? 0];
  // A device may have a later version than we know of: this ledger was restored from a backup, or is a new one.
  if (settings_json === (row.settings_json ?? '{}') && confirmed <= version) return undefined;
  return { device: row.id, version: Math.max(at, version + 1, confirmed + 1), settings_json, confirmed, told_at: row.told_at ?? 0, due: 0 };
}

/** See SettingsLedger.issue. */
export async function issueConfigs(db: Db, at: Instant, which: 'all' | 'due'): Promise<number> {
  if (
    which === 'due' &&
    (await db.selectFrom('device_configs').select('device').where('due', '=', 1).limit(1).executeTakeFirst()) === undefined
  )
    return 0;
  const valuesFor = await resolver(db);
  let [issued, after] = [0, ''];
  for (;;) {
    const rows = await db.transaction().execute(async (tx) => {
      const found = await page(tx, after, which);
      for (const row of found) {
        const next = renewed(row, valuesFor, at);
        if (next === undefined) continue;
        const { device: _, ...values } = next;
        await tx
          .insertInto('device_configs')
          .values(next)
          .onConflict((c) => c.column('device').doUpdateSet(values))
          .execute();
        issued += 1;
      }
      const first = found[0]?.id;
      const last = found.at(-1)?.id;
      if (first !== undefined && last !== undefined) {
        await tx
          .updateTable('device_configs')
          .set({ due: 0 })
          .where('due', '=', 1)
          .where('device', '>=', first)
          .where('device', '<=', last)
          .execute();
      }
      return found;
    });
    if (rows.length < PAGE) return issued;
    after = rows.at(-1)!.id;
  }
}
