import { type Kysely, sql } from 'kysely';
import type { LedgerMigration } from './types.ts';

type Tables = Kysely<unknown>;

/** What is set, and the configuration each device was given. */
async function settings(db: Tables): Promise<void> {
  await db.schema
    .createTable('settings')
    // 'unit' or 'device'; no reference, because it points to either.
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('scope_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('settings_key', ['scope', 'scope_id', 'key'])
    .execute();
  await db.schema
    .createTable('device_configs')
    .addColumn('device', 'text', (c) => c.primaryKey().references('devices.id'))
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('settings_json', 'text', (c) => c.notNull())
    .addColumn('confirmed', 'bigint', (c) => c.notNull())
    .addColumn('told_at', 'bigint', (c) => c.notNull())
    .addColumn('due', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('device_configs_due')
    .on('device_configs')
    .column('device')
    .where(sql<boolean>`due = 1`)
    .execute();
  await db.schema
    .createIndex('device_configs_behind')
    .on('device_configs')
    .column('device')
    .where(sql<boolean>`confirmed <> version`)
    .execute();
}

/** Commands and what became of them. */
async function commands(db: Tables): Promise<void> {
  await db.schema
    .createTable('commands')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('notice', 'text')
    .addColumn('target', 'text', (c) => c.references('devices.id'))
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('sent_at', 'bigint')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('findings_json', 'text', (c) => c.notNull())
    .addColumn('settled_at', 'bigint')
    .execute();
  await db.schema.createIndex('commands_device').on('commands').columns(['device', 'at']).execute();
  await db.schema.createIndex('commands_target').on('commands').columns(['target', 'at']).execute();
  await db.schema
    .createIndex('commands_waiting')
    .on('commands')
    .column('expires_at')
    .where(sql<boolean>`state = 'waiting'`)
    .execute();
}

/** Settings of units and devices, the configuration each device was given, and the commands. */
export const remote: LedgerMigration = () => ({
  async up(db): Promise<void> {
    await settings(db);
    await commands(db);
    // A ledger that is made now has it from the first migration.
    await (db as Kysely<{ tallies: { name: string; value: number } }>)
      .insertInto('tallies')
      .values({ name: 'settings_version', value: 0 })
      .onConflict((c) => c.column('name').doNothing())
      .execute();
  },
});
