import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { collectorFail } from '../../errors.ts';
import { METRICS, type MetricName, REPORT_MEASUREMENT } from '../../../protocol/catalogue.ts';
import { metricFields } from '../../model/line.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Health, HEALTHY } from '../../ports/health.ts';
import { RetryLater, type SeriesPoint, type SeriesQuery, type SeriesStore, type WriteOutcome } from '../../ports/series-store.ts';
import { type Field, identityOf, type ParsedLine, parseLine } from '../../model/parse-line.ts';
import { SCHEMA } from './schema.ts';

const DAY_MS = 86_400_000;
const SWEEP_MS = 3_600_000;
/** Points of one series taken away in a sweep: a retention that was shortened must not hold up everything at once. */
const SWEEP_POINTS = 1_000;

export interface EmbeddedStoreOptions {
  /** The file, e.g. `$home/series.db`. */
  readonly path: string;
  /** Points older than this are taken away; 0 keeps everything. */
  readonly days: number;
  readonly clock?: Clock;
  /** How long to wait for another process that holds the file, ms. */
  readonly busyMs?: number;
}

/** What the statements are for is written beside their SQL. */
interface Statements {
  readonly findSeries: StatementSync;
  readonly addSeries: StatementSync;
  readonly put: StatementSync;
  readonly findFields: StatementSync;
  readonly addField: StatementSync;
  readonly allSeries: StatementSync;
  readonly sweep: StatementSync;
}

/**
 * The time-series store of a small installation: one SQLite file, no server. A write is committed and on disk (WAL,
 * synchronous=FULL) when it resolves, because the ledger forgets the lines right after; NORMAL would lose the last
 * commits in a power cut. One commit a batch makes that cheap.
 */
export class EmbeddedStore implements SeriesStore {
  readonly name = 'embedded';
  readonly #options: EmbeddedStoreOptions;
  readonly #clock: Clock;
  #database: DatabaseSync | undefined;
  #statements: Statements | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #series = new Map<string, number>();
  readonly #types = new Map<string, string>();
  readonly #queries = new Map<string, StatementSync>();

  constructor(options: EmbeddedStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async start(): Promise<void> {
    if (this.#database !== undefined) return;
    const database = openFile(this.#options.path, this.#options.busyMs ?? 500);
    this.#database = database;
    this.#statements = prepare(database);
    this.#forgetCaches();
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
    this.sweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#database?.close();
    this.#database = undefined;
    this.#statements = undefined;
    this.#queries.clear();
  }

  async health(): Promise<Health> {
    return this.#database === undefined ? { ready: false, reason: 'the embedded series store is not open' } : HEALTHY;
  }

  async write(lines: readonly string[]): Promise<WriteOutcome> {
    const { database, statements } = this.#open();
    const rejected: { index: number; reason: string }[] = [];
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const [index, line] of lines.entries()) {
        const reason = this.#put(statements, line);
        if (reason !== undefined) rejected.push({ index, reason });
      }
      database.exec('COMMIT');
      return { rejected };
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      this.#forgetCaches();
      throw new RetryLater((error as Error).message, { cause: error });
    }
  }

  async read(query: SeriesQuery): Promise<SeriesPoint[]> {
    const { database } = this.#open();
    if (!Object.hasOwn(METRICS, query.metric)) return [];
    const { device, from, to, stepMs } = query;
    try {
      const rows = this.#reader(database, query.metric as MetricName).all({
        device,
        measurement: REPORT_MEASUREMENT,
        from,
        to,
        step: stepMs,
      });
      return rows.map((row) => ({ at: Number(row['at']), min: Number(row['min']), mean: Number(row['mean']), max: Number(row['max']) }));
    } catch (error) {
      throw new RetryLater((error as Error).message, { cause: error });
    }
  }

  /** Takes away what is older than the retention, a bounded number at a time. @returns how many points went */
  sweep(): number {
    const { days } = this.#options;
    if (days === 0 || this.#statements === undefined) return 0;
    try {
      const { allSeries, sweep } = this.#statements;
      const before = this.#clock.now() - days * DAY_MS;
      return allSeries.all().reduce((count, { id }) => count + Number(sweep.run({ series: id!, before, most: SWEEP_POINTS }).changes), 0);
    } catch {
      // A busy or full disk: the next sweep does it. Writes report such an error themselves.
      return 0;
    }
  }

  #open(): { database: DatabaseSync; statements: Statements } {
    if (this.#database === undefined || this.#statements === undefined) throw new RetryLater('the embedded series store is not open');
    return { database: this.#database, statements: this.#statements };
  }

  #forgetCaches(): void {
    this.#series.clear();
    this.#types.clear();
  }

  /** @returns why the line can never be stored */
  #put(statements: Statements, line: string): string | undefined {
    let parsed: ParsedLine;
    try {
      parsed = parseLine(line);
    } catch (error) {
      return `unable to parse: ${(error as Error).message}`;
    }
    const conflict = this.#conflict(statements, parsed);
    if (conflict !== undefined) return conflict;
    const fields = Object.fromEntries([...parsed.fields].map(([name, { value }]) => [name, value]));
    statements.put.run(this.#seriesId(statements, parsed), parsed.at, JSON.stringify(fields));
    return undefined;
  }

  /** The whole line is refused when one field has another type than before; nothing of it is remembered then. */
  #conflict(statements: Statements, { measurement, fields }: ParsedLine): string | undefined {
    const fresh: [string, Field][] = [];
    for (const [name, field] of fields) {
      const known = this.#typeOf(statements, measurement, name);
      if (known === undefined) fresh.push([name, field]);
      else if (known !== field.type) return `field type conflict: "${name}" of "${measurement}" is ${field.type}, was ${known}`;
    }
    for (const [name, { type }] of fresh) {
      statements.addField.run(measurement, name, type);
      this.#types.set(`${measurement} ${name}`, type);
    }
    return undefined;
  }

  #typeOf(statements: Statements, measurement: string, name: string): string | undefined {
    const key = `${measurement} ${name}`;
    let type = this.#types.get(key);
    if (type === undefined) {
      type = statements.findFields.get(measurement, name)?.['type'] as string | undefined;
      if (type !== undefined) this.#types.set(key, type);
    }
    return type;
  }

  #seriesId(statements: Statements, parsed: ParsedLine): number {
    const identity = identityOf(parsed);
    let id = this.#series.get(identity);
    if (id === undefined) {
      id = statements.findSeries.get(identity)?.['id'] as number | undefined;
      id ??= Number(statements.addSeries.run(identity, parsed.measurement, parsed.tags.get('device') ?? null).lastInsertRowid);
      this.#series.set(identity, id);
    }
    return id;
  }

  #reader(database: DatabaseSync, metric: MetricName): StatementSync {
    let statement = this.#queries.get(metric);
    if (statement === undefined) {
      const { min, mean, max } = metricFields(metric);
      // Metric names come from the catalogue: letters and underscores.
      statement = database.prepare(`
        SELECT CAST(floor(at * 1.0 / :step) AS INTEGER) * :step AS at,
               min(fields ->> '${min}') AS min, avg(fields ->> '${mean}') AS mean, max(fields ->> '${max}') AS max
        FROM point WHERE series IN (SELECT id FROM series WHERE device = :device AND measurement = :measurement)
          AND at >= :from AND at < :to AND fields ->> '${mean}' IS NOT NULL
        GROUP BY 1 ORDER BY 1`);
      this.#queries.set(metric, statement);
    }
    return statement;
  }
}

/** @throws LabwatchError COLLECTOR_SERIES_FILE */
function openFile(path: string, timeout: number): DatabaseSync {
  try {
    // Made first and private: SQLite gives its -wal and -shm files the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path, { timeout });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;');
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    throw collectorFail('COLLECTOR_SERIES_FILE', { path, why: (error as NodeJS.ErrnoException).message }, error);
  }
}

function prepare(database: DatabaseSync): Statements {
  return {
    findSeries: database.prepare('SELECT id FROM series WHERE identity = ?'),
    addSeries: database.prepare('INSERT INTO series (identity, measurement, device) VALUES (?, ?, ?)'),
    // Fields of the same series and time are merged, as InfluxDB does; a field that comes again is replaced.
    put: database.prepare(`INSERT INTO point (series, at, fields) VALUES (?, ?, jsonb(?))
      ON CONFLICT (series, at) DO UPDATE SET fields = jsonb_patch(fields, excluded.fields)`),
    findFields: database.prepare('SELECT type FROM field WHERE measurement = ? AND name = ?'),
    addField: database.prepare('INSERT INTO field (measurement, name, type) VALUES (?, ?, ?)'),
    allSeries: database.prepare('SELECT id FROM series'),
    // By series, so that the primary key finds them: there is no index on time alone.
    sweep: database.prepare(`DELETE FROM point WHERE series = :series
      AND at IN (SELECT at FROM point WHERE series = :series AND at < :before ORDER BY at LIMIT :most)`),
  };
}
