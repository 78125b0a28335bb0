import { siftSettings, type DeviceSettings } from '../../protocol/device-settings.ts';
import { ledgerFail } from '../errors.ts';
import { inherit, type Layer } from '../inherit.ts';
import type { SettingsLedger } from '../owners.ts';
import type { EffectiveSettings, Id, Instant, IssuedConfig, Scope, UnconfirmedConfig } from '../records.ts';
import type { ConfigRow, Db, SettingRow } from '../schema.ts';
import { issueConfigs } from './issue-configs.ts';
import { chunks, settingsOf } from './rows.ts';
import { addToTally, readTallies } from './tallies.ts';
import { placeById } from './units.ts';

const kindOf = (scope: Scope): 'unit' | 'device' => ('unit' in scope ? 'unit' : 'device');
const idOf = (scope: Scope): Id => ('unit' in scope ? scope.unit : scope.device);
const scopeOf = ({ scope, scope_id }: Pick<SettingRow, 'scope' | 'scope_id'>): Scope =>
  scope === 'unit' ? { unit: scope_id } : { device: scope_id };

async function layersOf(db: Db, scopes: readonly Scope[]): Promise<Layer[]> {
  const rows: SettingRow[] = [];
  for (const part of chunks(scopes.map(idOf)))
    rows.push(...(await db.selectFrom('settings').selectAll().where('scope_id', 'in', part).execute()));
  return scopes.map((from) => ({
    from,
    settings: settingsOf(rows.filter((row) => row.scope === kindOf(from) && row.scope_id === idOf(from))),
  }));
}

/** The unit of a device, or the unit itself; undefined when there is none. */
async function unitOfScope(db: Db, scope: Scope): Promise<Id | undefined> {
  if ('unit' in scope) return (await db.selectFrom('units').select('id').where('id', '=', scope.unit).executeTakeFirst())?.id;
  const row = await db
    .selectFrom('device_placements')
    .select('unit')
    .where('device', '=', scope.device)
    .where('until', 'is', null)
    .executeTakeFirst();
  return row?.unit;
}

export async function effectiveSettings(db: Db, scope: Scope): Promise<EffectiveSettings | undefined> {
  const unit = await unitOfScope(db, scope);
  const place = unit === undefined ? undefined : await placeById(db, unit);
  if (place === undefined) return undefined;
  const path: Scope[] = place.path.map(({ id }) => ({ unit: id }));
  return inherit(await layersOf(db, 'device' in scope ? [...path, scope] : path));
}

async function save(db: Db, scope: Scope, settings: DeviceSettings, by: { at: Instant; who: string }): Promise<boolean> {
  const { bad } = siftSettings(settings);
  if (bad[0] !== undefined) throw ledgerFail('SETTING_REFUSED', { key: bad[0] });
  if ((await unitOfScope(db, scope)) === undefined) return false;
  const [kind, id] = [kindOf(scope), idOf(scope)];
  const rows = Object.entries(siftSettings(settings).settings).map(([key, value]) => ({
    scope: kind,
    scope_id: id,
    key,
    value_json: JSON.stringify(value),
  }));
  await db.deleteFrom('settings').where('scope', '=', kind).where('scope_id', '=', id).execute();
  if (rows.length > 0) await db.insertInto('settings').values(rows).execute();
  await addToTally(db, 'settings_version', 1);
  const subject = [`${kind} ${id}`, ...rows.map(({ key, value_json }) => `${key}=${value_json}`)].join(' ');
  await db.insertInto('audit').values({ at: by.at, who: by.who, what: 'settings-changed', subject }).execute();
  return true;
}

const issuedOf = (row: ConfigRow): IssuedConfig => ({
  device: row.device,
  version: row.version,
  settings: siftSettings(JSON.parse(row.settings_json) as DeviceSettings).settings,
  confirmed: row.confirmed,
});

async function unconfirmed(db: Db, after: Id, limit: number): Promise<UnconfirmedConfig[]> {
  const rows = await db
    .selectFrom('device_configs as config')
    .leftJoin('device_states as state', 'state.device', 'config.device')
    .selectAll('config')
    .select(['state.online', 'state.presence_at'])
    .whereRef('config.confirmed', '<>', 'config.version')
    .where('config.device', '>', after)
    .orderBy('config.device')
    .limit(limit)
    .execute();
  return rows.map((row) =>
    Object.assign(issuedOf(row), { online: row.online === null ? null : row.online === 1, presenceAt: row.presence_at }),
  );
}

export function settingsLedger(db: Db): SettingsLedger {
  return {
    own: async (scope) => (await layersOf(db, [scope]))[0]!.settings,
    effective: (scope) => effectiveSettings(db, scope),
    list: async () => {
      const rows = await db.selectFrom('settings').selectAll().orderBy('scope').orderBy('scope_id').execute();
      const byPlace = Map.groupBy(rows, ({ scope, scope_id }) => `${scope} ${scope_id}`);
      return Array.from(byPlace.values(), (own) => ({ scope: scopeOf(own[0]!), settings: settingsOf(own) }));
    },
    save: (scope, settings, by) => db.transaction().execute((tx) => save(tx, scope, settings, by)),
    mark: async () => {
      const { settings_version, units_version } = await readTallies(db);
      return `${settings_version} ${units_version}`;
    },
    issue: (at, which) => issueConfigs(db, at, which),
    issued: async (device) => {
      const row = await db.selectFrom('device_configs').selectAll().where('device', '=', device).executeTakeFirst();
      return row === undefined ? { device, version: 0, settings: {}, confirmed: 0 } : issuedOf(row);
    },
    unconfirmed: (after, limit) => unconfirmed(db, after, limit),
  };
}
