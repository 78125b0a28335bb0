import { newId } from '../../runtime/ids.ts';
import { fold } from '../fold.ts';
import { compare, marksOf, soughtMarks, type Comparison } from '../identity.ts';
import type { Fingerprint, Id, Instant, UnitPlace } from '../records.ts';
import type { Db, DeviceRow, TokenRow } from '../schema.ts';
import { hashSecret } from '../secrets.ts';
import { placeById } from './units.ts';

/** What enrolling by token and by the secret of another device have in common. */

/** Secrets a device had before that are remembered. */
const EARLIER_SECRETS = 8;

export const searchText = (name: string, id: Id): string => `${fold(name)} ${id}`;

/** A unit is above another, the same, or below it; or both are in one school. */
export function related(one: UnitPlace, other: UnitPlace): boolean {
  const inOther = new Set(other.path.map(({ id }) => id));
  if (inOther.has(one.id) || one.path.some(({ id }) => id === other.id)) return true;
  return one.path.some(({ id, kind }) => kind === 'school' && inOther.has(id));
}

export async function currentUnit(db: Db, device: Id): Promise<Id | undefined> {
  const now = await db
    .selectFrom('device_placements')
    .select('unit')
    .where('device', '=', device)
    .where('until', 'is', null)
    .executeTakeFirst();
  return now?.unit;
}

export async function currentPlace(db: Db, device: Id): Promise<UnitPlace | undefined> {
  const unit = await currentUnit(db, device);
  return unit === undefined ? undefined : placeById(db, unit);
}

/** Moves a device to another unit from `at` on; where it stood before stays written down. */
export async function placeDevice(db: Db, device: Id, unit: Id, at: Instant): Promise<void> {
  const now = await db
    .selectFrom('device_placements')
    .select(['unit', 'since'])
    .where('device', '=', device)
    .where('until', 'is', null)
    .executeTakeFirst();
  if (now?.unit === unit) return;
  // Clocks may step back; a placement never ends before it began.
  const since = Math.max(at, (now?.since ?? -1) + 1);
  await db.updateTable('device_placements').set({ until: since }).where('device', '=', device).where('until', 'is', null).execute();
  await db.insertInto('device_placements').values({ device, unit, since, until: null }).execute();
}

/**
 * The known device that this hardware is, the best match first; undefined when it is a new one. A device that only a random
 * mark tells from its twin is found by that mark alone.
 * @param may whether whoever asks may speak for that device
 */
export async function findDevice(
  db: Db,
  told: Fingerprint,
  twin: Id | null,
  may: (row: DeviceRow, verdict: Comparison) => Promise<boolean>,
): Promise<DeviceRow | undefined> {
  const marks = soughtMarks(told);
  if (marks.length === 0) return undefined;
  const candidates = await db
    .selectFrom('devices')
    .selectAll()
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('device_marks')
        .select('device')
        .where((where) => where.or(marks.map(({ part, value }) => where.and([where('part', '=', part), where('value', '=', value)])))),
    )
    .execute();
  const ranked = candidates
    .filter((row) => row.twin === twin)
    .map((row) => ({ row, verdict: compare(fingerprintOf(row), told) }))
    .filter(({ verdict }) => verdict.same)
    .toSorted(
      (a, b) =>
        b.verdict.score - a.verdict.score ||
        Number(a.row.revoked_at !== null) - Number(b.row.revoked_at !== null) ||
        b.row.secret_at - a.row.secret_at ||
        (a.row.id < b.row.id ? -1 : 1),
    );
  // In turn: the first one is nearly always it.
  for (const { row, verdict } of ranked) if (await may(row, verdict)) return row;
  return undefined;
}

export const fingerprintOf = (row: DeviceRow): Fingerprint => JSON.parse(row.fingerprint_json) as Fingerprint;

async function saveMarks(db: Db, device: Id, fingerprint: Fingerprint): Promise<void> {
  await db.deleteFrom('device_marks').where('device', '=', device).execute();
  const marks = marksOf(fingerprint);
  if (marks.length === 0) return;
  await db
    .insertInto('device_marks')
    .values(marks.map(({ part, value }) => ({ part, value, device })))
    .execute();
}

export async function saveFingerprint(db: Db, device: Id, fingerprint: Fingerprint): Promise<void> {
  await db
    .updateTable('devices')
    .set({ fingerprint_json: JSON.stringify(fingerprint) })
    .where('id', '=', device)
    .execute();
  await saveMarks(db, device, fingerprint);
}

/** Gives a device another secret; the one it had opens nothing from now on, but is remembered. */
export async function changeSecret(db: Db, row: DeviceRow, hash: Uint8Array, at: Instant): Promise<void> {
  await db.updateTable('devices').set({ secret_hash: hash, secret_at: at }).where('id', '=', row.id).execute();
  await db.deleteFrom('device_secrets').where('device', '=', row.id).where('hash', '=', hash).execute();
  await db.insertInto('device_secrets').values({ device: row.id, hash: row.secret_hash, until: at }).execute();
  const earlier = await db.selectFrom('device_secrets').select('hash').where('device', '=', row.id).orderBy('until', 'desc').execute();
  for (const { hash: old } of earlier.slice(EARLIER_SECRETS))
    await db.deleteFrom('device_secrets').where('device', '=', row.id).where('hash', '=', old).execute();
}

export interface NewDevice {
  readonly token: string;
  readonly class: string;
  readonly unit: Id;
  readonly name: string;
  readonly fingerprint: Fingerprint;
  readonly secret: string;
  readonly at: Instant;
  readonly clonedFrom: Id | null;
  readonly family: Id | null;
  readonly twin: Id | null;
}

export async function addDevice(db: Db, wanted: NewDevice): Promise<Id> {
  const id = newId();
  await db
    .insertInto('devices')
    .values({
      id,
      class: wanted.class,
      name: wanted.name,
      search: searchText(wanted.name, id),
      fingerprint_json: JSON.stringify(wanted.fingerprint),
      token: wanted.token,
      enrolled_at: wanted.at,
      revoked_at: null,
      secret_hash: hashSecret(wanted.secret),
      secret_at: wanted.at,
      cloned_from: wanted.clonedFrom,
      family: wanted.family,
      twin: wanted.twin,
      holder_boot: null,
      holder_since: null,
      holder_at: null,
    })
    .execute();
  await db.insertInto('device_placements').values({ device: id, unit: wanted.unit, since: wanted.at, until: null }).execute();
  await saveMarks(db, id, wanted.fingerprint);
  return id;
}

export const countUse = async (db: Db, token: TokenRow): Promise<void> => {
  await db
    .updateTable('tokens')
    .set((eb) => ({ uses: eb('uses', '+', 1) }))
    .where('id', '=', token.id)
    .execute();
};
