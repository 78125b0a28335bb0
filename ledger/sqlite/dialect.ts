import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { SQLInputValue } from 'node:sqlite';
import type { SqliteFile } from './file.ts';

/** Holds the file's mutex from acquire to release, so that a transaction of Kysely and a batch never mix. */
class Connection implements DatabaseConnection {
  readonly #file: SqliteFile;
  readonly release: () => void;

  constructor(file: SqliteFile, release: () => void) {
    this.#file = file;
    this.release = release;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = query.parameters as SQLInputValue[];
    return this.#file.whenFree(() => {
      const { statement, reads } = this.#file.prepare(query.sql);
      if (reads) return { rows: statement.all(...parameters) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the ledger reads no streams: ask for a page');
  }
}

class NodeSqliteDriver implements Driver {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(this.#file, await this.#file.mutex.lock());
  }

  /** Immediate, because a transaction that begins by reading could later be refused the write lock for good. */
  beginTransaction(_connection: Connection, settings: TransactionSettings): Promise<void> {
    return this.#file.begin(settings.accessMode === 'read only' ? 'deferred' : 'immediate');
  }

  commitTransaction(): Promise<void> {
    return this.#file.commit();
  }

  async rollbackTransaction(): Promise<void> {
    this.#file.rollback();
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {}
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** Kysely would add a mutex of its own; ours is shared with the batches. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
  /** SQLite does roll back CREATE TABLE: migrations run in one transaction. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Kysely over `node:sqlite`. */
export class NodeSqliteDialect implements Dialect {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#file);
  }
  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
  createAdapter(): SqliteAdapter {
    return new NodeSqliteAdapter();
  }
  createIntrospector(db: Kysely<never>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}
