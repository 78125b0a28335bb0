import { newId } from '../../runtime/ids.ts';
import { ledgerFail } from '../errors.ts';
import { essential, merge } from '../identity.ts';
import type { CredentialsLedger, EnrolOutcome, SecretCheck } from '../owners.ts';
import type { Fingerprint, Id, Instant, UnitPlace } from '../records.ts';
import type { Db, DeviceRow, TokenRow } from '../schema.ts';
import { hashSecret, matchesSecret, newSecret } from '../secrets.ts';
import {
  addDevice,
  changeSecret,
  countUse,
  currentPlace,
  fingerprintOf,
  findDevice,
  placeDevice,
  related,
  saveFingerprint,
  searchText,
} from './enrolling.ts';
import { prove } from './proving.ts';
import { chunks, tokenOf } from './rows.ts';
import { placeById } from './units.ts';

type EnrolRequest = Parameters<CredentialsLedger['enrol']>[0];
type Refusal = Extract<EnrolOutcome, { outcome: 'refused' }>['reason'];

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

/**
 * Whether a token may speak for a device: one that it enrolled itself, or that stands in its school or on its line of the
 * tree. A fingerprint is no secret (a MAC address is on every network): without this bound, a token of any room would take
 * over the devices of every school.
 */
async function mayTell(db: Db, token: TokenRow, own: UnitPlace | undefined, device: DeviceRow): Promise<boolean> {
  if (device.token === token.id) return true;
  const place = await currentPlace(db, device.id);
  return own !== undefined && place !== undefined && related(own, place);
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

/** Installed anew with another token: it belongs where that token says, unless it stands in that unit already (on a seat of the room). */
async function followToken(db: Db, known: DeviceRow, token: TokenRow, request: EnrolRequest): Promise<void> {
  const place = await currentPlace(db, known.id);
  if (place?.path.some(({ id }) => id === token.unit) !== true) await placeDevice(db, known.id, token.unit, request.at);
  await db
    .updateTable('devices')
    .set({ class: token.class, name: request.name, search: searchText(request.name, known.id) })
    .where('id', '=', known.id)
    .execute();
}

async function renewDevice(db: Db, known: DeviceRow, token: TokenRow, told: Fingerprint, request: EnrolRequest, secret: string) {
  if (known.token !== token.id) await followToken(db, known, token, request);
  await db.updateTable('devices').set({ token: token.id }).where('id', '=', known.id).execute();
  await changeSecret(db, known, hashSecret(secret), request.at);
  await saveFingerprint(db, known.id, merge(fingerprintOf(known), told));
}

async function enrol(db: Db, request: EnrolRequest): Promise<EnrolOutcome> {
  const token = await findToken(db, request.token);
  if (token === undefined) return { outcome: 'refused', reason: 'unknown-token' };
  const told = essential(request.fingerprint);
  const twin = request.twin ?? null;
  const own = await placeById(db, token.unit);
  const known = await findDevice(db, told, twin, (row) => mayTell(db, token, own, row));
  const reason = refusalOf(token, known, request.at);
  if (reason !== undefined) return { outcome: 'refused', reason };
  const secret = newSecret();
  if (known !== undefined) {
    await renewDevice(db, known, token, told, request, secret);
    return { outcome: 'known', device: known.id, secret };
  }
  const place = { token: token.id, class: token.class, unit: token.unit, clonedFrom: null, family: null };
  const device = await addDevice(db, { ...place, name: request.name, fingerprint: told, secret, at: request.at, twin });
  await countUse(db, token);
  return { outcome: 'new', device, secret };
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
    prove: (request) => db.transaction().execute((tx) => prove(tx, request)),
    checkSecret: (device, secret) => checkSecret(db, device, secret),
    noLongerValid: (connected) => noLongerValid(db, connected),
  };
}
