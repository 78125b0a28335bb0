import type { LedgerMigration } from './types.ts';

/** Minutes of which a device said itself that nobody watched: a table of its own, because most days have none. */
export const unseenMinutes: LedgerMigration = (types) => ({
  async up(db): Promise<void> {
    await db.schema
      .createTable('device_unseen')
      .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
      .addColumn('day', 'text', (c) => c.notNull())
      .addColumn('bits', types.binary, (c) => c.notNull())
      .addPrimaryKeyConstraint('device_unseen_key', ['device', 'day'])
      .execute();
  },
});
