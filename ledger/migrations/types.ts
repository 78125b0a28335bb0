import type { ColumnDefinitionBuilder } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The things in which the schemas of SQLite and PostgreSQL differ. */
export interface ColumnTypes {
  /** `blob` or `bytea`. */
  readonly binary: 'blob' | 'bytea';
  /** Type of a number the database hands out, growing and never used twice. */
  readonly autoId: 'integer' | 'bigserial';
  readonly makeAutoId: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

export type LedgerMigration = (types: ColumnTypes) => Migration;
