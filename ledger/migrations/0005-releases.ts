import type { LedgerMigration } from './types.ts';

/** Releases of the agent, who gets them, what each device said of its updates, and who fetches for its school now. */
export const releases: LedgerMigration = () => ({
  async up(db): Promise<void> {
    await db.schema
      .createTable('releases')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('version', 'text', (c) => c.notNull().unique())
      .addColumn('manifest', 'text', (c) => c.notNull())
      .addColumn('signatures_json', 'text', (c) => c.notNull())
      .addColumn('published_at', 'bigint', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('release_steps')
      .addColumn('release', 'text', (c) => c.notNull().references('releases.id'))
      // '' = every unit: a key cannot hold null.
      .addColumn('unit', 'text', (c) => c.notNull())
      .addColumn('percent', 'real', (c) => c.notNull())
      .addColumn('since', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('release_steps_key', ['release', 'unit'])
      .execute();
    await db.schema
      .createTable('device_updates')
      .addColumn('device', 'text', (c) => c.primaryKey().references('devices.id'))
      .addColumn('asked_at', 'bigint', (c) => c.notNull())
      .addColumn('version', 'text', (c) => c.notNull())
      .addColumn('platform', 'text', (c) => c.notNull())
      .addColumn('have', 'text')
      .addColumn('near', 'text')
      .addColumn('progress_json', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('device_updates_have').on('device_updates').column('have').execute();
    await db.schema
      .createTable('update_leases')
      .addColumn('school', 'text', (c) => c.notNull())
      .addColumn('sha256', 'text', (c) => c.notNull())
      .addColumn('device', 'text', (c) => c.notNull())
      .addColumn('until', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('update_leases_key', ['school', 'sha256'])
      .execute();
  },
});
