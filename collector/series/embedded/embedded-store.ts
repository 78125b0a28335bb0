import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { collectorFail } from '../../errors.ts';
import { METRICS, type MetricName, REPORT_MEASUREMENT } from '../../../protocol/catalogue.ts';
import { metricFields } from '../../model/line.ts';
import { type Clock, systemClock } from '../../ports/clock.ts';
import { type Health, HEALTHY } from '../../ports/health.ts';
import { RetryLater, type SeriesPoint, type SeriesQuery, type SeriesStore, type WriteOutcome } from '../../ports/series-store.ts';
import { identityOf, type ParsedLine, parseLine } from '../../model/parse-line.ts';
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

interface KnownField {
  readonly id: number;
  readonly type: string;
}

/** What the statements are for is written beside their SQL. */
interface Statements {
  readonly findSeries: StatementSync;
  readonly addSeries: StatementSync;
  readonly put: StatementSync;
  readonly findField: StatementSync;
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
  readonly #fields = new Map<string, KnownField>();
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
    this.#open();
    if (!Object.hasOwn(METRICS, query.metric)) return [];
    const { device, from, to, stepMs } = query;
    try {
      const reader = this.#reader(query.metric as MetricName);
      if (reader === undefined) return [];
      const rows = reader.all({
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
    this.#fields.clear();
  }

  /** @returns why the line can never be stored */
  #put(statements: Statements, line: string): string | undefined {
    let parsed: ParsedLine;
    try {
      parsed = parseLine(line);
    } catch (error) {
      return `unable to parse: ${(error as Error).message}`;
    }
    const known = new Map<string, KnownField | undefined>();
    for (const [name, { type }] of parsed.fields) {
      const field = this.#field(statements, parsed.measurement, name);
      // The whole line is refused when one field has another type than before, as InfluxDB does.
      if (field !== undefined && field.type !== type) {
        return `field type conflict: "${name}" of "${parsed.measurement}" is ${type}, was ${field.type}`;
      }
      known.set(name, field);
    }
    const fields: Record<number, unknown> = {};
    for (const [name, { type, value }] of parsed.fields) {
      const { id } = known.get(name) ?? this.#addField(statements, parsed.measurement, name, type);
      fields[id] = value;
    }
    statements.put.run(this.#seriesId(statements, parsed), parsed.at, JSON.stringify(fields));
    return undefined;
  }

  #field(statements: Statements, measurement: string, name: string): KnownField | undefined {
    const key = `${measurement} ${name}`;
    let field = this.#fields.get(key);
    if (field === undefined) {
      field = statements.findField.get(measurement, name) as KnownField | undefined;
      if (field !== undefined) this.#fields.set(key, field);
    }
    return field;
  }

  #addField(statements: Statements, measurement: string, name: string, type: string): KnownField {
    const id = Number(statements.addField.run(measurement, name, type).lastInsertRowid);
    const field = { id, type };
    this.#fields.set(`${measurement} ${name}`, field);
    return field;
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

  /** @returns undefined while nothing of the metric was ever written */
  #reader(metric: MetricName): StatementSync | undefined {
    const { database, statements } = this.#open();
    let statement = this.#queries.get(metric);
    if (statement !== undefined) return statement;
    const names = metricFields(metric);
    const [min, mean, max] = [names.min, names.mean, names.max].map((name) => this.#field(statements, REPORT_MEASUREMENT, name)?.id);
    if (min === undefined || mean === undefined || max === undefined) return undefined;
    const value = (id: number): string => `(fields ->> '$."${id}"')`;
    statement = database.prepare(`
      SELECT CAST(floor(at * 1.0 / :step) AS INTEGER) * :step AS at,
             min${value(min)} AS min, avg${value(mean)} AS mean, max${value(max)} AS max
      FROM point WHERE series IN (SELECT id FROM series WHERE device = :device AND measurement = :measurement)
        AND at >= :from AND at < :to AND ${value(mean)} IS NOT NULL
      GROUP BY 1 ORDER BY 1`);
    this.#queries.set(metric, statement);
    return statement;
  }
}

/** @throws LabwatchError COLLECTOR_SERIES_FILE */
function openFile(path: string, timeout: number): DatabaseSync {
  try {
    // Made first and private: SQLite gives its -wal and -shm files the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
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
    findField: database.prepare('SELECT id, type FROM field WHERE measurement = ? AND name = ?'),
    addField: database.prepare('INSERT INTO field (measurement, name, type) VALUES (?, ?, ?)'),
    allSeries: database.prepare('SELECT id FROM series'),
    // By series, so that the primary key finds them: there is no index on time alone.
    sweep: database.prepare(`DELETE FROM point WHERE series = :series
      AND at IN (SELECT at FROM point WHERE series = :series AND at < :before ORDER BY at LIMIT :most)`),
  };
}
