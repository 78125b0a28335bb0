import type { CreateTableBuilder, Kysely } from 'kysely';
import { TALLIES } from '../schema.ts';
import type { ColumnTypes, LedgerMigration } from './types.ts';

type Tables = Kysely<unknown>;

async function places(db: Tables): Promise<void> {
  await db.schema
    .createTable('units')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('code', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('parent', 'text', (c) => c.references('units.id'))
    .addColumn('zone', 'text')
    .execute();
  await db.schema.createIndex('units_parent').on('units').column('parent').execute();
}

async function devices(db: Tables, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('devices')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('class', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('search', 'text', (c) => c.notNull())
    .addColumn('fingerprint_json', 'text', (c) => c.notNull())
    .addColumn('token', 'text', (c) => c.notNull())
    .addColumn('enrolled_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('secret_hash', types.binary, (c) => c.notNull())
    .addColumn('secret_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('device_placements')
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addColumn('unit', 'text', (c) => c.notNull().references('units.id'))
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addColumn('until', 'bigint')
    .addPrimaryKeyConstraint('device_placements_key', ['device', 'since'])
    .execute();
  // A device stands in one place at a time.
  await db.schema
    .createIndex('device_placements_now')
    .unique()
    .on('device_placements')
    .column('device')
    .where('until' as never, 'is', null)
    .execute();
  await db.schema.createIndex('device_placements_unit').on('device_placements').column('unit').execute();
  await db.schema
    .createTable('device_marks')
    .addColumn('part', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addPrimaryKeyConstraint('device_marks_key', ['part', 'value', 'device'])
    .execute();
  await db.schema.createIndex('device_marks_device').on('device_marks').column('device').execute();
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('unit', 'text', (c) => c.notNull().references('units.id'))
    .addColumn('class', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('max_uses', 'integer', (c) => c.notNull())
    .addColumn('uses', 'integer', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('secret_hash', types.binary, (c) => c.notNull())
    .execute();
}

async function whatDevicesSaid(db: Tables, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('device_states')
    .addColumn('device', 'text', (c) => c.primaryKey().references('devices.id'))
    .addColumn('last_seen', 'bigint')
    .addColumn('online', 'integer')
    .addColumn('presence_at', 'bigint')
    .addColumn('presence_reason', 'text')
    .addColumn('clock_boot', 'text')
    .addColumn('clock_offset', 'bigint')
    .addColumn('skew', 'bigint')
    .addColumn('report_at', 'bigint')
    .addColumn('session', 'text')
    .addColumn('use_state', 'text')
    .addColumn('metrics_json', 'text')
    .addColumn('observed_until', 'bigint')
    .addColumn('birth_at', 'bigint')
    .addColumn('inventory_at', 'bigint')
    .addColumn('security_at', 'bigint')
    .addColumn('event_at', 'bigint')
    .addColumn('documents_version', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('device_documents')
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('body_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('device_documents_key', ['device', 'kind'])
    .execute();
  await db.schema
    .createTable('device_days')
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('bits', types.binary, (c) => c.notNull())
    .addPrimaryKeyConstraint('device_days_key', ['device', 'day'])
    .execute();
  await db.schema
    .createTable('streams')
    .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
    .addColumn('stream', 'text', (c) => c.notNull())
    .addColumn('contiguous', 'bigint', (c) => c.notNull())
    .addColumn('ahead_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('streams_key', ['device', 'stream'])
    .execute();
}

async function onTheWay(db: Tables, types: ColumnTypes): Promise<void> {
  const numbered = (name: string): CreateTableBuilder<string, 'id' | 'at'> =>
    db.schema
      .createTable(name)
      .addColumn('id', types.autoId, types.makeAutoId)
      .addColumn('at', 'bigint', (c) => c.notNull());
  await numbered('spool')
    .addColumn('line', 'text', (c) => c.notNull())
    .execute();
  await numbered('dead_letters')
    .addColumn('line', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .execute();
  await numbered('parked')
    .addColumn('device', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .addColumn('payload', types.binary, (c) => c.notNull())
    .execute();
  await numbered('audit')
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('what', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('tallies')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();
  await (db as Kysely<{ tallies: { name: string; value: number } }>)
    .insertInto('tallies')
    .values(TALLIES.map((name) => ({ name, value: 0 })))
    .execute();
}

async function people(db: Tables, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull().unique())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('must_change', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  const key = (name: string): CreateTableBuilder<string, 'hash' | 'user_id' | 'created_at' | 'expires_at'> =>
    db.schema
      .createTable(name)
      .addColumn('hash', types.binary, (c) => c.primaryKey())
      .addColumn('user_id', 'text', (c) => c.notNull().references('users.id'))
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull());
  await key('sessions').execute();
  await key('api_tokens')
    .addColumn('name', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
  await db.schema.createIndex('api_tokens_user').on('api_tokens').column('user_id').execute();
}

/** Everything the first version knows. */
export const first: LedgerMigration = (types) => ({
  async up(db): Promise<void> {
    await places(db);
    await devices(db, types);
    await whatDevicesSaid(db, types);
    await onTheWay(db, types);
    await people(db, types);
  },
});
