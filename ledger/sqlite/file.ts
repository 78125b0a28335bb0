import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerFail } from '../errors.ts';
import { isBusy, plainError } from './errors.ts';
import { Mutex } from './mutex.ts';

export interface SqliteOptions {
  /** How long to wait for another program that holds the file. */
  readonly busyMs?: number;
  /** The file may not grow past this many pages of 4 KiB: as on a full disk. */
  readonly maxPages?: number;
  /** Nothing may be written. */
  readonly readOnly?: boolean;
}

/** SQLite waits this long by itself; then our own waiting goes on without holding up the event loop. */
const BLOCKING_MS = 50;
const KEPT_STATEMENTS = 300;

export interface Prepared {
  readonly statement: StatementSync;
  /** It answers with rows. */
  readonly reads: boolean;
}

/**
 * The one connection of this process to the ledger's file, its mutex and its prepared statements. A second connection
 * in the same process would block the event loop while a transaction of the first one waits for that same loop.
 */
export class SqliteFile {
  readonly path: string;
  readonly mutex = new Mutex();
  readonly #busyMs: number;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  #closed = false;

  /** @throws LabwatchError LEDGER_CANNOT_OPEN, LEDGER_NOT_A_LEDGER */
  constructor(path: string, options: SqliteOptions = {}) {
    this.path = path;
    this.#busyMs = options.busyMs ?? 10_000;
    try {
      // Made first and private: SQLite gives its -wal and -shm files the mode of this one.
      closeSync(openSync(path, 'a', 0o600));
      if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    } catch (error) {
      throw ledgerFail('LEDGER_CANNOT_OPEN', { path, why: (error as NodeJS.ErrnoException).code ?? 'unknown' }, error);
    }
    try {
      this.#database = new DatabaseSync(path, { timeout: BLOCKING_MS, enableForeignKeyConstraints: true });
    } catch (error) {
      throw plainError(error, path);
    }
  }

  /** Sets the file up; apart from the constructor because another program may hold it just now. */
  async prepareFile(options: SqliteOptions = {}): Promise<void> {
    await this.whenFree(() => {
      this.#database.exec('PRAGMA journal_mode = WAL');
      this.#database.exec('PRAGMA synchronous = FULL');
      this.#database.exec('PRAGMA cache_size = -16384');
      this.#database.exec('PRAGMA temp_store = MEMORY');
      this.#database.exec('PRAGMA trusted_schema = OFF');
      this.#database.exec('PRAGMA wal_autocheckpoint = 2000');
      this.#database.exec('PRAGMA journal_size_limit = 67108864');
      if (options.maxPages !== undefined) this.#database.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    });
  }

  /** From now on every write is refused. */
  forbidWrites(): void {
    this.#database.exec('PRAGMA query_only = ON');
  }

  prepare(sql: string): Prepared {
    if (this.#closed) throw ledgerFail('LEDGER_CLOSED');
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, reads: statement.columns().length > 0 };
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.delete(this.#statements.keys().next().value!);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** A statement of our own that is kept for good; its rows are arrays, which are cheaper than objects. */
  statement(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  /**
   * Runs `work` again while another program holds the file, without holding up the event loop.
   * @throws LabwatchError LEDGER_BUSY after `busyMs`; other errors of SQLite in plain words
   */
  async whenFree<T>(work: () => T): Promise<T> {
    const until = performance.now() + this.#busyMs;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw plainError(error, this.path);
        if (performance.now() >= until) throw ledgerFail('LEDGER_BUSY', { seconds: this.#busyMs / 1000 }, error);
        await sleep(2 + Math.random() * 10);
      }
    }
  }

  /** Errors of SQLite in plain words, others as they are. */
  plain(error: unknown): unknown {
    return plainError(error, this.path);
  }

  begin(mode: 'immediate' | 'deferred'): Promise<void> {
    return this.whenFree(() => this.#exec(`BEGIN ${mode}`));
  }

  commit(): Promise<void> {
    return this.whenFree(() => this.#exec('COMMIT'));
  }

  /** SQLite may have rolled back by itself (a full disk); then there is nothing left to do. */
  rollback(): void {
    if (!this.#closed && this.#database.isTransaction) this.#exec('ROLLBACK');
  }

  #exec(sql: string): void {
    this.prepare(sql).statement.run();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }
}
