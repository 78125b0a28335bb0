import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { ledgerFail } from '../errors.ts';
import type { Db } from '../schema.ts';
import { first } from './0001-first.ts';
import { unseenMinutes } from './0002-unseen-minutes.ts';
import { copies } from './0003-copies.ts';
import { releases } from './0005-releases.ts';
import { remote } from './0006-remote.ts';
import type { ColumnTypes, LedgerMigration } from './types.ts';

/** In order; a name, once released, is never changed or taken away. */
const MIGRATIONS: Readonly<Record<string, LedgerMigration>> = {
  '0001-first': first,
  '0002-unseen-minutes': unseenMinutes,
  '0003-copies': copies,
  '0005-releases': releases,
  '0006-remote': remote,
};

export const LATEST = Object.keys(MIGRATIONS).at(-1)!;

/** Names the database says it has been through; empty when it is new. */
async function applied(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}

/**
 * Brings the schema up to what this program knows, in one transaction under the database's write lock, so that
 * several programs may start at once. A database that is up to date is only read.
 * @throws LabwatchError LEDGER_NEWER when the database knows a migration that this program does not
 */
export async function migrate(db: Db, types: ColumnTypes, path: string): Promise<void> {
  const names = Object.keys(MIGRATIONS);
  const done = await applied(db);
  const stranger = done.find((name) => !names.includes(name));
  if (stranger !== undefined) throw ledgerFail('LEDGER_NEWER', { path, name: stranger });
  if (done.length === names.length) return;
  const migrations: Record<string, Migration> = Object.fromEntries(Object.entries(MIGRATIONS).map(([name, make]) => [name, make(types)]));
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
