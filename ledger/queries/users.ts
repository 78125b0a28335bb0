import { newId } from '../../runtime/ids.ts';
import { ledgerFail } from '../errors.ts';
import type { UsersLedger } from '../owners.ts';
import type { Id, Instant, User } from '../records.ts';
import type { Db } from '../schema.ts';
import { hashPassword, hashSecret, matchesPassword, newSecret } from '../secrets.ts';
import { userOf } from './rows.ts';

export const MIN_PASSWORD = 10;
export const MAX_PASSWORD = 200;

const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();

function checkName(name: string): void {
  if (!/^[\p{L}\p{N}._@-]{1,64}$/u.test(name.normalize('NFC'))) throw ledgerFail('NAME_NOT_ALLOWED', { name });
}

function checkPassword(password: string): void {
  const length = Array.from(password.normalize('NFC')).length;
  if (length < MIN_PASSWORD) throw ledgerFail('PASSWORD_TOO_SHORT', { minimum: MIN_PASSWORD });
  if (length > MAX_PASSWORD) throw ledgerFail('PASSWORD_TOO_LONG', { maximum: MAX_PASSWORD });
}

const findUser = (db: Db, name: string) => db.selectFrom('users').selectAll().where('name_key', '=', keyOf(name)).executeTakeFirst();

async function addUser(db: Db, wanted: Parameters<UsersLedger['add']>[0]): Promise<User> {
  checkName(wanted.name);
  checkPassword(wanted.password);
  // Before the transaction: it takes a tenth of a second and nobody should wait for it.
  const passwordHash = await hashPassword(wanted.password);
  return db.transaction().execute(async (tx) => {
    if ((await findUser(tx, wanted.name)) !== undefined) throw ledgerFail('NAME_TAKEN', { name: wanted.name });
    const row = {
      id: newId(),
      name: wanted.name.normalize('NFC'),
      name_key: keyOf(wanted.name),
      role: wanted.role,
      password_hash: passwordHash,
      must_change: Number(wanted.mustChangePassword),
      created_at: Date.now(),
    };
    await tx.insertInto('users').values(row).execute();
    return userOf(row);
  });
}

/** A new password closes every session and ends every API token of that user. */
async function setPassword(db: Db, name: string, password: string, mustChange: boolean): Promise<boolean> {
  checkPassword(password);
  const passwordHash = await hashPassword(password);
  return db.transaction().execute(async (tx) => {
    const user = await findUser(tx, name);
    if (user === undefined) return false;
    await tx
      .updateTable('users')
      .set({ password_hash: passwordHash, must_change: Number(mustChange) })
      .where('id', '=', user.id)
      .execute();
    await tx.deleteFrom('sessions').where('user_id', '=', user.id).execute();
    await tx.deleteFrom('api_tokens').where('user_id', '=', user.id).execute();
    return true;
  });
}

async function holderOf(db: Db, table: 'sessions' | 'api_tokens', value: string, at: Instant): Promise<User | undefined> {
  const row = await db
    .selectFrom('users')
    .where('id', '=', (eb) => eb.selectFrom(table).select('user_id').where('hash', '=', hashSecret(value)).where('expires_at', '>', at))
    .select(['id', 'name', 'role', 'must_change'])
    .executeTakeFirst();
  return row === undefined ? undefined : userOf(row);
}

/** A session that would gain less than this is not written again. */
const SLIDE_STEP_MS = 5 * 60_000;

async function slideSession(db: Db, value: string, until: Instant): Promise<void> {
  const short = await db
    .selectFrom('sessions')
    .select('hash')
    .where('hash', '=', hashSecret(value))
    .where('expires_at', '<=', until - SLIDE_STEP_MS)
    .executeTakeFirst();
  if (short === undefined) return;
  await db.updateTable('sessions').set({ expires_at: until }).where('hash', '=', short.hash).execute();
}

async function openSession(db: Db, user: Id, at: Instant, ttlMs: number): Promise<string> {
  const value = newSecret();
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('sessions').where('expires_at', '<=', at).execute();
    await tx
      .insertInto('sessions')
      .values({ hash: hashSecret(value), user_id: user, created_at: at, expires_at: at + ttlMs })
      .execute();
  });
  return value;
}

export function usersLedger(db: Db): UsersLedger {
  return {
    add: (user) => addUser(db, user),
    list: async () => (await db.selectFrom('users').selectAll().orderBy('name_key').execute()).map(userOf),
    setPassword: (name, password, mustChange) => setPassword(db, name, password, mustChange),
    verify: async (name, password) => {
      const user = await findUser(db, name);
      const matches = await matchesPassword(password, user?.password_hash);
      return matches && user !== undefined ? userOf(user) : undefined;
    },
    openSession: (user, at, ttlMs) => openSession(db, user, at, ttlMs),
    session: async (value, at, slideMs) => {
      const user = await holderOf(db, 'sessions', value, at);
      if (user !== undefined && slideMs !== undefined) await slideSession(db, value, at + slideMs);
      return user;
    },
    closeSession: async (value) => {
      await db.deleteFrom('sessions').where('hash', '=', hashSecret(value)).execute();
    },
    createApiToken: async (user, name, at, expiresAt) => {
      const value = newSecret();
      await db
        .insertInto('api_tokens')
        .values({ hash: hashSecret(value), user_id: user, name, created_at: at, expires_at: expiresAt })
        .execute();
      return value;
    },
    apiToken: (value, at) => holderOf(db, 'api_tokens', value, at),
  };
}
