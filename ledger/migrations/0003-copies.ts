import type { LedgerMigration } from './types.ts';

/** What tells copies of one disk apart: where a device came from, which boot holds its id, and the secrets it had before. */
export const copies: LedgerMigration = (types) => ({
  async up(db): Promise<void> {
    const devices = () => db.schema.alterTable('devices');
    await devices().addColumn('cloned_from', 'text').execute();
    await devices().addColumn('family', 'text').execute();
    await devices().addColumn('twin', 'text').execute();
    await devices().addColumn('holder_boot', 'text').execute();
    await devices().addColumn('holder_since', 'bigint').execute();
    await devices().addColumn('holder_at', 'bigint').execute();
    await db.schema.createIndex('devices_family').on('devices').columns(['family', 'enrolled_at']).execute();
    await db.schema
      .createTable('device_secrets')
      .addColumn('device', 'text', (c) => c.notNull().references('devices.id'))
      .addColumn('hash', types.binary, (c) => c.notNull())
      .addColumn('until', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('device_secrets_key', ['device', 'hash'])
      .execute();
  },
});
