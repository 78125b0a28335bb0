import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import { migrate } from '../migrations/index.ts';
import type { ColumnTypes } from '../migrations/types.ts';
import type { Ledger } from '../owners.ts';
import { auditLedger } from '../queries/audit.ts';
import { commandsLedger } from '../queries/commands.ts';
import { credentialsLedger } from '../queries/credentials.ts';
import { devicesLedger } from '../queries/devices.ts';
import { releasesLedger } from '../queries/releases.ts';
import { settingsLedger } from '../queries/settings.ts';
import { spoolLedger } from '../queries/spool.ts';
import { unitsLedger } from '../queries/units.ts';
import { usageLedger } from '../queries/usage.ts';
import { usersLedger } from '../queries/users.ts';
import type { Tables } from '../schema.ts';
import { NodeSqliteDialect } from './dialect.ts';
import { SqliteFile, type SqliteOptions } from './file.ts';
import { sqliteIntake } from './intake.ts';

const columnTypes: ColumnTypes = {
  binary: 'blob',
  autoId: 'integer',
  makeAutoId: (column) => column.primaryKey().autoIncrement(),
};

/** The ledger in one SQLite file. @throws LabwatchError LEDGER_… when it cannot be opened or is of a newer version */
export async function openSqliteLedger(path: string, options: SqliteOptions = {}): Promise<Ledger> {
  const file = new SqliteFile(path, options);
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(file) });
  try {
    await file.prepareFile(options);
    await migrate(db, columnTypes, path);
    if (options.readOnly === true) file.forbidWrites();
  } catch (error) {
    file.close();
    throw file.plain(error);
  }
  return {
    units: unitsLedger(db),
    devices: devicesLedger(db),
    credentials: credentialsLedger(db),
    intake: sqliteIntake(file),
    usage: usageLedger(db),
    spool: spoolLedger(db),
    users: usersLedger(db),
    audit: auditLedger(db),
    releases: releasesLedger(db),
    settings: settingsLedger(db),
    commands: commandsLedger(db),
    freeBytes: async () => {
      const disk = await statfs(dirname(path));
      return disk.bavail * disk.bsize;
    },
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: async () => {
      // Behind whatever is running: a batch is finished, not cut off.
      await file.mutex.run(async () => file.close());
    },
  };
}
