import { newId } from '../../runtime/ids.ts';
import { ledgerFail } from '../errors.ts';
import { fold } from '../fold.ts';
import { compare, essential, marksOf, merge } from '../identity.ts';
import type { CredentialsLedger, EnrolOutcome, SecretCheck } from '../owners.ts';
import type { Fingerprint, Id, Instant, UnitPlace } from '../records.ts';
import type { Db, DeviceRow, TokenRow } from '../schema.ts';
import { hashSecret, matchesSecret, newSecret } from '../secrets.ts';
import { chunks, tokenOf } from './rows.ts';
import { placeById } from './units.ts';

type EnrolRequest = Parameters<CredentialsLedger['enrol']>[0];
type Refusal = Extract<EnrolOutcome, { outcome: 'refused' }>['reason'];

const searchText = (name: string, id: Id): string => `${fold(name)} ${id}`;

async function createToken(db: Db, wanted: Parameters<CredentialsLedger['createToken']>[0]) {
  const unit = await db.selectFrom('units').select('id').where('id', '=', wanted.unit).executeTakeFirst();
  if (unit === undefined) throw ledgerFail('UNIT_UNKNOWN', { id: wanted.unit });
  const secret = newSecret();
  const row: TokenRow = {
    id: newId(),
    unit: wanted.unit,
    class: wanted.class,
    created_at: wanted.at,
    expires_at: wanted.expiresAt,
    max_uses: wanted.maxUses,
    uses: 0,
    revoked_at: null,
    secret_hash: hashSecret(secret),
  };
  await db.insertInto('tokens').values(row).execute();
  return { token: tokenOf(row), text: `${row.id}.${secret}` };
}

/** The token if its secret is right; an unknown id costs as much as a wrong secret. */
async function findToken(db: Db, text: string): Promise<TokenRow | undefined> {
  const [id = '', secret = ''] = text.trim().split('.', 2);
  const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
  return matchesSecret(secret, row?.secret_hash) ? row : undefined;
}

/** A unit is above another, the same, or below it; or both are in one school. */
function related(one: UnitPlace, other: UnitPlace): boolean {
  const inOther = new Set(other.path.map(({ id }) => id));
  if (inOther.has(one.id) || one.path.some(({ id }) => id === other.id)) return true;
  return one.path.some(({ id, kind }) => kind === 'school' && inOther.has(id));
}

/**
 * Whether a token may speak for a device: one that it enrolled itself, or that stands in its school or on its line of the
 * tree. A fingerprint is no secret (a MAC address is on every network): without this bound, a token of any room would take
 * over the devices of every school.
 */
async function mayTell(db: Db, token: TokenRow, own: UnitPlace | undefined, device: DeviceRow): Promise<boolean> {
  if (device.token === token.id) return true;
  const now = await currentUnit(db, device.id);
  const place = now === undefined ? undefined : await placeById(db, now);
  return own !== undefined && place !== undefined && related(own, place);
}

/** The known device that this hardware is and that the token may speak for, the best match first; undefined when it is a new one. */
async function findDevice(db: Db, token: TokenRow, told: Fingerprint): Promise<DeviceRow | undefined> {
  const marks = marksOf(told);
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
    .map((row) => ({ row, verdict: compare(JSON.parse(row.fingerprint_json) as Fingerprint, told) }))
    .filter(({ verdict }) => verdict.same)
    .toSorted(
      (a, b) =>
        b.verdict.score - a.verdict.score ||
        Number(a.row.revoked_at !== null) - Number(b.row.revoked_at !== null) ||
        b.row.secret_at - a.row.secret_at ||
        (a.row.id < b.row.id ? -1 : 1),
    );
  const own = await placeById(db, token.unit);
  // In turn: the first one is nearly always it.
  for (const { row } of ranked) if (await mayTell(db, token, own, row)) return row;
  return undefined;
}

/** Why this token does not admit this machine now; a machine that is known uses up nothing and may outlive its own token. */
function refusalOf(token: TokenRow, known: DeviceRow | undefined, at: Instant): Refusal | undefined {
  if (token.revoked_at !== null) return 'token-revoked';
  // A machine that forgets everything at reboot comes back with the token of its image long after that has expired.
  const ownToken = known?.token === token.id;
  if (token.expires_at <= at && !ownToken) return 'expired';
  if (known !== undefined) return known.revoked_at === null ? undefined : 'device-revoked';
  return token.uses >= token.max_uses ? 'used-up' : undefined;
}

async function saveMarks(db: Db, device: Id, fingerprint: Fingerprint): Promise<void> {
  await db.deleteFrom('device_marks').where('device', '=', device).execute();
  const marks = marksOf(fingerprint);
  if (marks.length === 0) return;
  await db
    .insertInto('device_marks')
    .values(marks.map(({ part, value }) => ({ part, value, device })))
    .execute();
}

async function addDevice(db: Db, token: TokenRow, told: Fingerprint, request: EnrolRequest, secret: string): Promise<Id> {
  const id = newId();
  await db
    .insertInto('devices')
    .values({
      id,
      class: token.class,
      name: request.name,
      search: searchText(request.name, id),
      fingerprint_json: JSON.stringify(told),
      token: token.id,
      enrolled_at: request.at,
      revoked_at: null,
      secret_hash: hashSecret(secret),
      secret_at: request.at,
    })
    .execute();
  await db.insertInto('device_placements').values({ device: id, unit: token.unit, since: request.at, until: null }).execute();
  await saveMarks(db, id, told);
  await db
    .updateTable('tokens')
    .set((eb) => ({ uses: eb('uses', '+', 1) }))
    .where('id', '=', token.id)
    .execute();
  return id;
}

async function currentUnit(db: Db, device: Id): Promise<Id | undefined> {
  const now = await db
    .selectFrom('device_placements')
    .select('unit')
    .where('device', '=', device)
    .where('until', 'is', null)
    .executeTakeFirst();
  return now?.unit;
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

/** Installed anew with another token: it belongs where that token says, unless it stands in that unit already (on a seat of the room). */
async function followToken(db: Db, known: DeviceRow, token: TokenRow, request: EnrolRequest): Promise<void> {
  const now = await currentUnit(db, known.id);
  const place = now === undefined ? undefined : await placeById(db, now);
  if (place?.path.some(({ id }) => id === token.unit) !== true) await placeDevice(db, known.id, token.unit, request.at);
  await db
    .updateTable('devices')
    .set({ class: token.class, name: request.name, search: searchText(request.name, known.id) })
    .where('id', '=', known.id)
    .execute();
}

async function renewDevice(db: Db, known: DeviceRow, token: TokenRow, told: Fingerprint, request: EnrolRequest, secret: string) {
  const fingerprint = merge(JSON.parse(known.fingerprint_json) as Fingerprint, told);
  if (known.token !== token.id) await followToken(db, known, token, request);
  await db
    .updateTable('devices')
    .set({ fingerprint_json: JSON.stringify(fingerprint), token: token.id, secret_hash: hashSecret(secret), secret_at: request.at })
    .where('id', '=', known.id)
    .execute();
  await saveMarks(db, known.id, fingerprint);
}

async function enrol(db: Db, request: EnrolRequest): Promise<EnrolOutcome> {
  const token = await findToken(db, request.token);
  if (token === undefined) return { outcome: 'refused', reason: 'unknown-token' };
  const told = essential(request.fingerprint);
  const known = await findDevice(db, token, told);
  const reason = refusalOf(token, known, request.at);
  if (reason !== undefined) return { outcome: 'refused', reason };
  const secret = newSecret();
  if (known === undefined) return { outcome: 'new', device: await addDevice(db, token, told, request, secret), secret };
  await renewDevice(db, known, token, told, request, secret);
  return { outcome: 'known', device: known.id, secret };
}

async function checkSecret(db: Db, device: Id, secret: string): Promise<SecretCheck> {
  const row = await db.selectFrom('devices').select(['secret_hash', 'revoked_at']).where('id', '=', device).executeTakeFirst();
  const matches = matchesSecret(secret, row?.secret_hash);
  if (row === undefined) return 'unknown-device';
  if (!matches) return 'wrong-secret';
  return row.revoked_at === null ? 'ok' : 'revoked';
}

async function noLongerValid(db: Db, connected: readonly { device: Id; connectedAt: Instant }[]): Promise<Id[]> {
  const out: Id[] = [];
  for (const part of chunks(connected)) {
    const rows = await db
      .selectFrom('devices')
      .select(['id', 'revoked_at', 'secret_at'])
      .where(
        'id',
        'in',
        part.map(({ device }) => device),
      )
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { device, connectedAt } of part) {
      const row = byId.get(device);
      if (row === undefined || row.revoked_at !== null || row.secret_at > connectedAt) out.push(device);
    }
  }
  return out;
}

async function revokeToken(db: Db, id: Id, at: Instant): Promise<boolean> {
  const result = await db
    .updateTable('tokens')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export function credentialsLedger(db: Db): CredentialsLedger {
  return {
    createToken: (wanted) => createToken(db, wanted),
    tokens: async () => (await db.selectFrom('tokens').selectAll().orderBy('created_at', 'desc').orderBy('id').execute()).map(tokenOf),
    revokeToken: (id, at) => revokeToken(db, id, at),
    enrol: (request) => db.transaction().execute((tx) => enrol(tx, request)),
    checkSecret: (device, secret) => checkSecret(db, device, secret),
    noLongerValid: (connected) => noLongerValid(db, connected),
  };
}
