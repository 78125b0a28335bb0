import { METRICS, type MetricName, REPORT_MEASUREMENT } from '../../../protocol/catalogue.ts';
import { DEVICE_ID } from '../../../protocol/topics.ts';
import type { Log } from '../../../runtime/log.ts';
import { metricFields } from '../../model/line.ts';
import { type Health, HEALTHY } from '../../ports/health.ts';
import { RetryLater, type SeriesPoint, type SeriesQuery, type SeriesStore, type WriteOutcome } from '../../ports/series-store.ts';
import { laterFrom, verdictOf } from './answers.ts';
import { type InfluxAddress, type InfluxAnswer, InfluxConnection } from './connection.ts';

interface Rejected {
  readonly index: number;
  readonly reason: string;
}

interface QueryResult {
  readonly results?: readonly {
    readonly error?: string;
    readonly series?: readonly { readonly columns: readonly string[]; readonly values: readonly (readonly (number | null)[])[] }[];
  }[];
}

/** A name in InfluxQL. */
const quoteName = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/**
 * InfluxDB 1.x, and 2.x and 3 through the endpoints of 1.x that they keep: line protocol to `/write`, InfluxQL to `/query`.
 * One request per attempt; no buffering and no retries of its own.
 */
export class InfluxStore implements SeriesStore {
  readonly name = 'influxdb';
  readonly #connection: InfluxConnection;
  readonly #database: string;
  readonly #log: Log;
  #trouble: string | undefined;
  #version: string | undefined;
  /** Whether an attempt to make the database was refused: then it is not asked at each write. */
  #cannotCreate = false;

  constructor(options: { address: InfluxAddress; log: Log }) {
    this.#connection = new InfluxConnection(options.address);
    this.#database = options.address.database;
    this.#log = options.log;
  }

  /** Never fails: a server that is not there yet is waited for by the drain. */
  async start(): Promise<void> {
    this.#cannotCreate = false;
  }

  async stop(): Promise<void> {}

  async health(): Promise<Health> {
    return this.#trouble === undefined ? HEALTHY : { ready: false, reason: this.#trouble };
  }

  async write(lines: readonly string[]): Promise<WriteOutcome> {
    try {
      const rejected = await this.#writePart(lines, 0, true);
      this.#trouble = undefined;
      return { rejected };
    } catch (error) {
      this.#trouble = (error as Error).message;
      throw error;
    }
  }

  async read(query: SeriesQuery): Promise<SeriesPoint[]> {
    if (!Object.hasOwn(METRICS, query.metric) || !DEVICE_ID.test(query.device)) return [];
    const answer = await this.#connection.query(selectOf(query));
    if (answer.status !== 200) throw laterFrom(this.#connection.url, answer);
    const { results } = JSON.parse(answer.text) as QueryResult;
    const error = results?.[0]?.error;
    // Nothing was ever written: there is nothing to read.
    if (error?.startsWith('database not found') === true) return [];
    if (error !== undefined) throw new RetryLater(`InfluxDB at ${this.#connection.url}: ${error}`);
    const values = results?.[0]?.series?.[0]?.values ?? [];
    return values.flatMap(([at, min, mean, max]) =>
      typeof at === 'number' && typeof min === 'number' && typeof mean === 'number' && typeof max === 'number'
        ? [{ at, min, mean, max }]
        : [],
    );
  }

  /** Writes lines; when some are refused, halves them until the bad ones stand alone. Good ones may be written twice: no harm. */
  async #writePart(lines: readonly string[], offset: number, mayCreate: boolean): Promise<Rejected[]> {
    const answer = await this.#connection.write(lines);
    this.#meet(answer);
    switch (verdictOf(answer)) {
      case 'stored':
        return [];
      case 'no-database':
        if (!mayCreate) throw laterFrom(this.#connection.url, answer);
        await this.#createDatabase(answer);
        return this.#writePart(lines, offset, false);
      case 'refused':
      case 'too-large': {
        // Some servers call an empty batch bad. It was asked only whether they would take one, and they would.
        if (lines.length === 0) return [];
        if (lines.length === 1) return [{ index: offset, reason: answer.complaint ?? `HTTP ${answer.status}` }];
        const middle = lines.length >> 1;
        const before = await this.#writePart(lines.slice(0, middle), offset, false);
        return [...before, ...(await this.#writePart(lines.slice(middle), offset + middle, false))];
      }
      default:
        throw laterFrom(this.#connection.url, answer);
    }
  }

  #meet({ version }: InfluxAnswer): void {
    if (version === undefined || version === this.#version) return;
    this.#version = version;
    this.#log.info({ version }, 'writing to InfluxDB');
  }

  /** Only 1.x can; elsewhere the operator makes the bucket and its mapping. @throws RetryLater */
  async #createDatabase(writeAnswer: InfluxAnswer): Promise<void> {
    if (this.#cannotCreate) throw laterFrom(this.#connection.url, writeAnswer);
    const answer = await this.#connection.query(`CREATE DATABASE ${quoteName(this.#database)}`, '');
    const error = answer.complaint ?? (answer.status === 200 ? (JSON.parse(answer.text) as QueryResult).results?.[0]?.error : undefined);
    if (answer.status === 200 && error === undefined) {
      this.#log.info({ database: this.#database }, 'made the database in InfluxDB');
      return;
    }
    if (answer.status !== 200 && answer.status < 500) this.#cannotCreate = true;
    throw laterFrom(this.#connection.url, writeAnswer);
  }
}

/** Times are inclusive and exclusive as in SeriesQuery; steps are cut at multiples of the step since 1970, in UTC. */
function selectOf({ device, metric, from, to, stepMs }: SeriesQuery): string {
  const { min, mean, max } = metricFields(metric as MetricName);
  const fields = `MIN(${quoteName(min)}), MEAN(${quoteName(mean)}), MAX(${quoteName(max)})`;
  const range = `time >= ${Math.floor(from)}ms AND time < ${Math.floor(to)}ms`;
  return `SELECT ${fields} FROM ${quoteName(REPORT_MEASUREMENT)} WHERE "device" = '${device}' AND ${range} GROUP BY time(${Math.floor(stepMs)}ms) fill(none)`;
}
