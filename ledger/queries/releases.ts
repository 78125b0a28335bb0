import { compareVersions } from '../../protocol/version.ts';
import { newId } from '../../runtime/ids.ts';
import { ledgerFail } from '../errors.ts';
import type { ReleasesLedger } from '../owners.ts';
import type { DeviceUpdate, Id, Instant, Release, ReleaseState, ReleaseStep } from '../records.ts';
import type { Db, DeviceUpdateRow, ReleaseRow, ReleaseStepRow } from '../schema.ts';
import { below } from './devices.ts';

const releaseOf = (row: ReleaseRow, steps: readonly ReleaseStepRow[]): Release => ({
  id: row.id,
  version: row.version,
  manifest: row.manifest,
  signatures: JSON.parse(row.signatures_json) as string[],
  publishedAt: row.published_at,
  state: row.state as ReleaseState,
  steps: steps.map(({ unit, percent }) => ({ unit: unit === '' ? null : unit, percent })),
});

/** Kept as one text: nothing is ever looked up by it. */
type Progress = Pick<DeviceUpdate, 'offered' | 'offers' | 'day' | 'offersToday' | 'returns' | 'frozenAt' | 'failed'>;

const updateOf = (row: DeviceUpdateRow): DeviceUpdate => ({
  device: row.device,
  askedAt: row.asked_at,
  version: row.version,
  platform: row.platform,
  have: row.have,
  near: row.near,
  ...(JSON.parse(row.progress_json) as Progress),
});

const rowOf = (update: DeviceUpdate): DeviceUpdateRow => {
  const { device, askedAt, version, platform, have, near, ...progress } = update;
  return { device, asked_at: askedAt, version, platform, have, near, progress_json: JSON.stringify(progress satisfies Progress) };
};

async function publish(db: Db, wanted: Parameters<ReleasesLedger['publish']>[0]): Promise<Release> {
  const { version, manifest, signatures, at } = wanted;
  const known = await db.selectFrom('releases').select('id').where('version', '=', version).executeTakeFirst();
  if (known !== undefined) throw ledgerFail('RELEASE_EXISTS', { version });
  const row = { id: newId(), version, manifest, signatures_json: JSON.stringify(signatures), published_at: at, state: 'active' };
  await db.insertInto('releases').values(row).execute();
  return releaseOf(row, []);
}

async function list(db: Db): Promise<Release[]> {
  const rows = await db.selectFrom('releases').selectAll().execute();
  const steps = Map.groupBy(
    await db.selectFrom('release_steps').selectAll().orderBy('since').orderBy('unit').execute(),
    (step) => step.release,
  );
  return rows.map((row) => releaseOf(row, steps.get(row.id) ?? [])).toSorted((a, b) => compareVersions(b.version, a.version));
}

async function setStep(db: Db, release: Id, { unit, percent }: ReleaseStep, since: Instant): Promise<void> {
  await db
    .insertInto('release_steps')
    .values({ release, unit: unit ?? '', percent, since })
    .onConflict((conflict) => conflict.columns(['release', 'unit']).doUpdateSet({ percent, since }))
    .execute();
}

async function saveUpdate(db: Db, update: DeviceUpdate): Promise<void> {
  const { device, ...values } = rowOf(update);
  await db
    .insertInto('device_updates')
    .values({ device, ...values })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(values))
    .execute();
}

async function holders(db: Db, asked: Parameters<ReleasesLedger['holders']>[0]): Promise<{ device: Id; near: string }[]> {
  const rows = await db
    .selectFrom('device_updates as held')
    .innerJoin('devices', 'devices.id', 'held.device')
    .innerJoin('device_placements as placement', (join) =>
      join.onRef('placement.device', '=', 'held.device').on('placement.until', 'is', null),
    )
    .leftJoin('device_states as state', 'state.device', 'held.device')
    .where('held.have', '=', asked.sha256)
    .where('held.near', 'is not', null)
    .where('held.asked_at', '>=', asked.since)
    .where('devices.revoked_at', 'is', null)
    .where('placement.unit', 'in', below(db, asked.unit))
    .where((where) => where.or([where('state.online', 'is', null), where('state.online', '=', 1)]))
    .select(['held.device', 'held.near'])
    .orderBy('held.asked_at', 'desc')
    .limit(asked.limit)
    .execute();
  return rows.map(({ device, near }) => ({ device, near: near! }));
}

async function lease(db: Db, wanted: Parameters<ReleasesLedger['lease']>[0]): Promise<boolean> {
  const { school, sha256, device, at, until, most } = wanted;
  await db.deleteFrom('update_leases').where('until', '<=', at).execute();
  const held = await db
    .selectFrom('update_leases')
    .select('device')
    .where('school', '=', school)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  if (held !== undefined && held.device !== device) return false;
  if (held === undefined) {
    const { n } = await db
      .selectFrom('update_leases')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow();
    if (Number(n) >= most) return false;
  }
  await db
    .insertInto('update_leases')
    .values({ school, sha256, device, until })
    .onConflict((conflict) => conflict.columns(['school', 'sha256']).doUpdateSet({ until }))
    .execute();
  return true;
}

async function forgetUpdate(db: Db, device: Id): Promise<boolean> {
  const result = await db.deleteFrom('device_updates').where('device', '=', device).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export function releasesLedger(db: Db): ReleasesLedger {
  return {
    publish: (wanted) => db.transaction().execute((tx) => publish(tx, wanted)),
    list: () => list(db),
    setStep: (release, step, at) => setStep(db, release, step, at),
    setState: async (release, state) => void (await db.updateTable('releases').set({ state }).where('id', '=', release).execute()),
    update: async (device) => {
      const row = await db.selectFrom('device_updates').selectAll().where('device', '=', device).executeTakeFirst();
      return row === undefined ? undefined : updateOf(row);
    },
    saveUpdate: (update) => saveUpdate(db, update),
    updates: async () => (await db.selectFrom('device_updates').selectAll().orderBy('device').execute()).map(updateOf),
    forgetUpdate: (device) => forgetUpdate(db, device),
    holders: (asked) => holders(db, asked),
    lease: (wanted) => db.transaction().execute((tx) => lease(tx, wanted)),
    endLease: async ({ school, sha256, device }) =>
      void (await db
        .deleteFrom('update_leases')
        .where('school', '=', school)
        .where('sha256', '=', sha256)
        .where('device', '=', device)
        .execute()),
  };
}
