import { compare, essential, marksOf, merge, type Comparison } from '../identity.ts';
import type { ProofOutcome, ProofRequest } from '../owners.ts';
import type { Fingerprint, Id, Instant } from '../records.ts';
import type { Db, DeviceRow } from '../schema.ts';
import { hashSecret, matchesSecret, newSecret } from '../secrets.ts';
import { addDevice, changeSecret, currentPlace, fingerprintOf, findDevice, related, saveFingerprint } from './enrolling.ts';

const MINUTE = 60_000;
/** A machine that was heard within this time, or told within it that it may keep its id, counts as alive. */
const ALIVE_MS = 15 * MINUTE;
/** A message may be this long under way. */
const ON_THE_WAY_MS = 2_000;
const DAY_MS = 24 * 60 * MINUTE;
const LONGEST_NAME = 80;

/** A boot that lives under an id, and when the machine was started. */
interface Holder {
  readonly boot: string;
  readonly since: Instant;
}

const refused = (reason: Extract<ProofOutcome, { outcome: 'refused' }>['reason']): ProofOutcome => ({ outcome: 'refused', reason });

/** Whether the secret is the device's, now or earlier. An unknown device costs about as much as a wrong secret. */
async function heldSecret(db: Db, device: Id, row: DeviceRow | undefined, secret: string): Promise<'now' | 'earlier' | undefined> {
  const now = matchesSecret(secret, row?.secret_hash);
  const earlier = await db.selectFrom('device_secrets').select('hash').where('device', '=', device).execute();
  const before = earlier.map(({ hash }) => matchesSecret(secret, hash)).includes(true);
  if (row === undefined) return undefined;
  return now ? 'now' : before ? 'earlier' : undefined;
}

/**
 * Another boot that lives under this id; the one that was started first. It is certain when it was heard since the asking
 * machine was started: before that it may have been this very machine, whose line nobody has missed yet.
 */
async function rivalOf(db: Db, row: DeviceRow, request: ProofRequest): Promise<(Holder & { certain: boolean }) | undefined> {
  const state = await db
    .selectFrom('device_states')
    .select(['online', 'last_seen', 'clock_boot', 'clock_offset'])
    .where('device', '=', row.id)
    .executeTakeFirst();
  const seen = [
    { boot: row.holder_boot, since: row.holder_since, at: row.holder_at },
    ...(state?.online === 1 ? [{ boot: state.clock_boot, since: state.clock_offset, at: state.last_seen }] : []),
  ];
  const rivals: Holder[] = [];
  let certain = false;
  for (const { boot, since, at } of seen) {
    if (boot === null || boot === request.boot || at === null || at <= request.at - ALIVE_MS) continue;
    rivals.push({ boot, since: since ?? 0 });
    certain ||= at > request.bootAt + ON_THE_WAY_MS;
  }
  const first = rivals.toSorted(inOrder)[0];
  return first === undefined ? undefined : { ...first, certain };
}

const inOrder = (a: Holder, b: Holder): number => a.since - b.since || (a.boot < b.boot ? -1 : 1);

async function hold(db: Db, device: Id, { boot, since }: Holder, at: Instant): Promise<void> {
  await db.updateTable('devices').set({ holder_boot: boot, holder_since: since, holder_at: at }).where('id', '=', device).execute();
}

/** It stays who it is. Its secret is not replaced: a frozen disk would bring the old one back, and so would an answer that was lost. */
async function keep(db: Db, row: DeviceRow, told: Fingerprint, request: ProofRequest, held: 'now' | 'earlier'): Promise<ProofOutcome> {
  const before = fingerprintOf(row);
  const fingerprint = merge(before, told);
  const changed = JSON.stringify(fingerprint) !== JSON.stringify(before);
  if (changed) await saveFingerprint(db, row.id, fingerprint);
  if (held === 'earlier') await changeSecret(db, row, hashSecret(request.secret), request.at);
  return { outcome: 'known', device: row.id, secret: request.secret, twin: row.twin, changed };
}

/**
 * Two machines live under one id. If their hardware says the same, the one that was started first keeps the id: a copy is made
 * of a machine that is there already. The other gets an id of its own.
 */
async function contested(
  db: Db,
  row: DeviceRow,
  hardware: Fingerprint,
  request: ProofRequest,
  held: 'now' | 'earlier',
): Promise<ProofOutcome> {
  const self: Holder = { boot: request.boot, since: request.bootAt };
  const fresh = row.holder_at !== null && row.holder_at > request.at - ALIVE_MS ? row.holder_boot : null;
  // One that was told to stay is asked for only by one that was started before it: else each could give way to the other.
  const holder = fresh === null ? undefined : { boot: fresh, since: row.holder_since ?? 0 };
  const rival = holder ?? (await rivalOf(db, row, request));
  if (rival === undefined || rival.boot === self.boot || inOrder(self, rival) < 0) {
    await hold(db, row.id, self, request.at);
    return keep(db, row, hardware, request, held);
  }
  await hold(db, row.id, rival, request.at);
  return apart(db, row, hardware, request);
}

/** A device of its own, which a random mark tells from the other where the hardware cannot. Asked twice, it is the same one. */
async function apart(db: Db, row: DeviceRow, told: Fingerprint, request: ProofRequest): Promise<ProofOutcome> {
  const tellsApart = marksOf(told).length > 0 && !compare(fingerprintOf(row), told).same;
  if (tellsApart) return mint(db, row, told, request, null);
  const before = await db
    .selectFrom('devices')
    .selectAll()
    .where('twin', '=', request.twin)
    .where('family', '=', row.family ?? row.id)
    .executeTakeFirst();
  return before === undefined ? mint(db, row, told, request, request.twin) : recognise(db, before, told, request);
}

/** The hardware is that of another device that is known: a copy that forgets at every reboot, or a disk that was put into it. */
async function recognise(db: Db, row: DeviceRow, told: Fingerprint, request: ProofRequest): Promise<ProofOutcome> {
  if (row.revoked_at !== null) return refused('device-revoked');
  const secret = newSecret();
  await saveFingerprint(db, row.id, merge(fingerprintOf(row), told));
  await changeSecret(db, row, hashSecret(secret), request.at);
  return { outcome: 'recognised', device: row.id, secret, twin: row.twin };
}

/**
 * Whether the secret of one device may speak for another whose hardware was told: within one family, or in one school when
 * something agrees that is not to be seen on the network.
 */
async function mayTell(db: Db, row: DeviceRow, other: DeviceRow, verdict: Comparison): Promise<boolean> {
  if (other.id === row.id) return false;
  if ((other.family ?? other.id) === (row.family ?? row.id)) return true;
  if (!verdict.inside) return false;
  const [own, its] = [await currentPlace(db, row.id), await currentPlace(db, other.id)];
  return own !== undefined && its !== undefined && related(own, its);
}

/** Forty copies of one image have one label; a part of the hardware tells them apart. */
function nameOf(row: DeviceRow, told: Fingerprint, request: ProofRequest): string {
  if (request.name !== row.name) return request.name;
  const tail = (told.macs[0]?.slice(-5).replace(':', '-') ?? request.twin.slice(-4)).toUpperCase();
  return `${request.name.slice(0, LONGEST_NAME - 6)} ${tail}`;
}

/** Never on the seat of the machine it was copied from: two do not stand there. */
async function roomOf(db: Db, device: Id): Promise<Id> {
  const path = (await currentPlace(db, device))!.path;
  return (path.findLast(({ kind }) => kind !== 'seat') ?? path.at(-1)!).id;
}

/** A new device beside the one it came from, which stays untouched. */
async function mint(db: Db, row: DeviceRow, told: Fingerprint, request: ProofRequest, twin: Id | null): Promise<ProofOutcome> {
  const family = row.family ?? row.id;
  const token = await db.selectFrom('tokens').select('revoked_at').where('id', '=', row.token).executeTakeFirst();
  if (token === undefined || token.revoked_at !== null) return refused('token-revoked');
  const { n } = await db
    .selectFrom('devices')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('family', '=', family)
    .where('enrolled_at', '>', request.at - DAY_MS)
    .executeTakeFirstOrThrow();
  if (Number(n) >= request.clonesPerDay) return refused('too-many-clones');
  const unit = await roomOf(db, row.id);
  const secret = newSecret();
  const name = nameOf(row, told, request);
  const origin = { token: row.token, class: row.class, unit, clonedFrom: row.id, family, twin };
  const device = await addDevice(db, { ...origin, name, fingerprint: told, secret, at: request.at });
  return { outcome: 'clone', device, secret, twin };
}

/**
 * Who holds a secret of a device, on which hardware: see CredentialsLedger.prove.
 *
 * Where the hardware leaves it open, it is the same machine unless another boot lives under its id. A wrong "same" is set
 * right as soon as both live; a wrong "other" never is.
 */
export async function prove(db: Db, request: ProofRequest): Promise<ProofOutcome> {
  const row = await db.selectFrom('devices').selectAll().where('id', '=', request.device).executeTakeFirst();
  const held = await heldSecret(db, request.device, row, request.secret);
  if (row === undefined || held === undefined) return refused('unknown-secret');
  if (row.revoked_at !== null) return refused('device-revoked');
  const told = essential(request.fingerprint);
  const { likeness } = compare(fingerprintOf(row), told);
  const known = likeness === 'same' ? undefined : await findDevice(db, told, null, (other, verdict) => mayTell(db, row, other, verdict));
  if (known !== undefined) return recognise(db, known, told, request);
  if (likeness === 'other') return mint(db, row, told, request, null);
  const rival = await rivalOf(db, row, request);
  const doubtful = likeness === 'unclear' || held === 'earlier';
  if (request.duplicate || (likeness === 'same' && doubtful && rival?.certain === true)) return contested(db, row, told, request, held);
  if (doubtful && rival !== undefined) return rival.certain ? apart(db, row, told, request) : refused('in-use');
  if (likeness === 'unclear') await hold(db, row.id, { boot: request.boot, since: request.bootAt }, request.at);
  return keep(db, row, told, request, held);
}
