import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { UpKind } from '../../../protocol/topics.ts';
import { newId } from '../../../runtime/ids.ts';
import type { MinuteRecord } from '../minute-book.ts';

/** A message as it will go out, byte for byte, however often. */
export interface OutboxMessage {
  readonly seq: number;
  readonly kind: UpKind;
  readonly bytes: Uint8Array;
}

/** A minute of the open window, kept so that a crash loses at most the current one. */
export interface KeptMinute extends MinuteRecord {
  readonly boot: string;
}

export interface Bounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** Instead of a path: what is kept is gone with the process. */
export const IN_MEMORY = ':memory:';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, published INTEGER NOT NULL DEFAULT 0, bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS minute (
    boot TEXT NOT NULL, minute INTEGER NOT NULL, active INTEGER NOT NULL, blind INTEGER NOT NULL,
    at INTEGER NOT NULL, mono INTEGER NOT NULL, PRIMARY KEY (boot, minute)
  ) STRICT, WITHOUT ROWID;
`;

/** Fails when a table of ours has another shape. */
const SHAPE = [
  'SELECT key, value FROM meta LIMIT 0',
  'SELECT seq, kind, published, bytes FROM message LIMIT 0',
  'SELECT boot, minute, active, blind, at, mono FROM minute LIMIT 0',
];

/** Of a message: its JSON says it. */
const BOOT_OF = "json_extract(CAST(bytes AS TEXT), '$.boot')";

const INSERT_MINUTE = 'INSERT OR REPLACE INTO minute (boot, minute, active, blind, at, mono) VALUES (?, ?, ?, ?, ?, ?)';

/** How many places in the stream a report stands for. */
function placesOf(bytes: Uint8Array): number {
  const { first, seq } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { first?: number; seq: number };
  return first === undefined ? 1 : seq - first + 1;
}

/** A disk that is read-only, full or broken, as the system says it. */
const STORAGE: ReadonlySet<unknown> = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'EIO']);

/** How SQLite says why it failed: the low byte of `errcode` (sqlite.org/rescode.html). */
export function failureOf(error: unknown): 'busy' | 'corrupt' | 'storage' | 'other' {
  const { errcode: code, code: name } = error as { errcode?: number; code?: unknown };
  if (code === undefined) return STORAGE.has(name) ? 'storage' : 'other';
  const primary = code & 0xff;
  if (primary === 5 || primary === 6) return 'busy';
  // CORRUPT, NOTADB.
  if (primary === 11 || primary === 26) return 'corrupt';
  // PERM, READONLY, IOERR, FULL, CANTOPEN.
  return [3, 8, 10, 13, 14].includes(primary) ? 'storage' : 'other';
}

/**
 * One outbox file: SQLite in WAL mode, every commit on disk before it returns (synchronous=FULL), locked for this
 * process alone. Statements only; what to do when it fails is decided in outbox.ts.
 */
export class OutboxFile {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  stream: string;
  /** The stream began with this very object: no older copy of the file can exist. */
  readonly fresh: boolean;
  #next: number;
  #dropped: number;
  #count: number;
  #bytes: number;

  /** @throws the error of SQLite; see failureOf */
  constructor(path: string) {
    // SQLite gives its other files the mode of this one. It holds serial numbers: nobody else reads it.
    if (path !== IN_MEMORY) closeSync(openSync(path, 'a', 0o600));
    this.#db = new DatabaseSync(path, { timeout: 3000 });
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;');
      this.#check();
      this.stream = this.note('stream') ?? '';
      this.fresh = !/^[a-z0-9]{26}$/.test(this.stream);
      if (this.fresh) this.stream = this.transaction(() => this.#begin());
      const { count, bytes } = this.#get('SELECT count(*) AS count, coalesce(sum(length(bytes)), 0) AS bytes FROM message') as {
        count: number;
        bytes: number;
      };
      this.#count = count;
      this.#bytes = bytes;
      this.#next = Number(this.note('next') ?? 1);
      this.#dropped = Number(this.note('dropped') ?? 0);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get count(): number {
    return this.#count;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get next(): number {
    return this.#next;
  }
  get dropped(): number {
    return this.#dropped;
  }

  /** Oldest sequence number that can still come: the first that the oldest message stands for, or the next one. */
  get oldest(): number {
    const row = this.#get('SELECT seq, kind, bytes FROM message ORDER BY seq LIMIT 1') as OutboxMessage | undefined;
    if (row === undefined) return this.#next;
    return row.kind === 'report' ? row.seq - placesOf(row.bytes) + 1 : row.seq;
  }

  /** All or nothing, and on disk when it returns. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may already have rolled it back.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Assigns the next sequence number, makes the bytes with it, and stores them; drops the oldest when there is no room. */
  append(
    kind: UpKind,
    make: (place: { stream: string; seq: number; oldest: number; dropped: number }) => Uint8Array,
    bounds: Bounds,
    forget: { boot: string; minute: number; span: number; watched?: string } | undefined,
  ): number {
    let { count, bytes, dropped } = { count: this.#count, bytes: this.#bytes, dropped: this.#dropped };
    const seq = this.#next;
    this.transaction(() => {
      while (count > 0 && (count >= bounds.maxMessages || bytes >= bounds.maxBytes)) {
        const row = this.#get('DELETE FROM message WHERE seq = (SELECT min(seq) FROM message) RETURNING kind, bytes') as OutboxMessage;
        if (row.kind === 'report') this.#noteLost(row.bytes);
        bytes -= row.bytes.length;
        count -= 1;
        dropped += row.kind === 'report' ? placesOf(row.bytes) : 1;
      }
      const oldest = count === 0 ? seq : this.oldest;
      const made = make({ stream: this.stream, seq, oldest, dropped });
      this.#run('INSERT INTO message (seq, kind, bytes) VALUES (?, ?, ?)', seq, kind, made);
      this.setNote('next', String(seq + 1));
      if (dropped !== this.#dropped) this.setNote('dropped', String(dropped));
      if (forget !== undefined) {
        const { boot, minute, span } = forget;
        this.#run('DELETE FROM minute WHERE boot = ? AND minute >= ? AND minute < ?', boot, minute, minute + span);
        if (forget.watched !== undefined) this.setNote('watched', forget.watched);
      }
      count += 1;
      bytes += made.length;
    });
    this.#next = seq + 1;
    this.#count = count;
    this.#bytes = bytes;
    this.#dropped = dropped;
    return seq;
  }

  /** Messages after a sequence number, oldest first. */
  after(seq: number, limit: number): OutboxMessage[] {
    return this.#all('SELECT seq, kind, bytes FROM message WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit) as unknown as OutboxMessage[];
  }

  one(seq: number): OutboxMessage | undefined {
    return this.#get('SELECT seq, kind, bytes FROM message WHERE seq = ?', seq) as unknown as OutboxMessage | undefined;
  }

  /** Sequence numbers up to and including `seq` that were never published. */
  unpublished(seq: number): number[] {
    const rows = this.#all('SELECT seq FROM message WHERE seq <= ? AND published = 0', seq) as unknown as { seq: number }[];
    return rows.map((row) => row.seq);
  }

  markPublished(seqs: readonly number[]): void {
    this.transaction(() => {
      for (const seq of seqs) this.#run('UPDATE message SET published = 1 WHERE seq = ?', seq);
    });
  }

  /** @returns how many were forgotten */
  removeUpTo(seq: number): number {
    const before = this.#count;
    this.transaction(() => this.#run('DELETE FROM message WHERE seq <= ?', seq));
    this.#tally();
    return before - this.#count;
  }

  #tally(): void {
    const { count, bytes } = this.#get('SELECT count(*) AS count, coalesce(sum(length(bytes)), 0) AS bytes FROM message') as {
      count: number;
      bytes: number;
    };
    this.#count = count;
    this.#bytes = bytes;
  }

  /** The boots that messages and kept minutes come from. */
  boots(): string[] {
    const rows = this.#all(`SELECT DISTINCT ${BOOT_OF} AS boot FROM message UNION SELECT DISTINCT boot FROM minute`);
    return (rows as { boot: string | null }[]).flatMap(({ boot }) => (boot === null ? [] : [boot]));
  }

  /** Forgets what comes from these boots, without counting it as dropped: it was never this machine's. */
  dropBoots(boots: readonly string[]): void {
    const list = JSON.stringify(boots);
    this.transaction(() => {
      this.#run(`DELETE FROM message WHERE ${BOOT_OF} IN (SELECT value FROM json_each(?))`, list);
      this.#run('DELETE FROM minute WHERE boot IN (SELECT value FROM json_each(?))', list);
    });
    this.#tally();
  }

  /** Reports after a sequence number that were never published, oldest first. */
  unpublishedReports(seq: number, limit: number): OutboxMessage[] {
    const sql = "SELECT seq, kind, bytes FROM message WHERE kind = 'report' AND published = 0 AND seq > ? ORDER BY seq LIMIT ?";
    return this.#all(sql, seq, limit) as unknown as OutboxMessage[];
  }

  /** Replaces messages by one that stands for all of them, in the place of the last. */
  join(joined: readonly { readonly seq: number; readonly bytes: Uint8Array; readonly gone: readonly number[] }[]): void {
    let { count, bytes } = { count: this.#count, bytes: this.#bytes };
    this.transaction(() => {
      for (const { seq, bytes: made, gone } of joined) {
        for (const each of [...gone, seq]) {
          const row = this.#get('SELECT length(bytes) AS length FROM message WHERE seq = ?', each) as { length: number };
          bytes -= row.length;
        }
        for (const each of gone) this.#run('DELETE FROM message WHERE seq = ?', each);
        this.#run('UPDATE message SET bytes = ? WHERE seq = ?', made, seq);
        bytes += made.length;
        count -= gone.length;
      }
    });
    this.#count = count;
    this.#bytes = bytes;
  }

  /** Gives every message a place in a new stream, in the same order. `rewrite` gets the old bytes. */
  renumber(rewrite: (message: OutboxMessage, place: { stream: string; seq: number }) => Uint8Array): void {
    const stream = newId();
    let seq = 0;
    this.transaction(() => {
      for (let at = 0, batch = this.after(at, 200); batch.length > 0; batch = this.after(at, 200)) {
        for (const message of batch) {
          at = message.seq;
          seq += 1;
          const bytes = rewrite(message, { stream, seq });
          // Negative numbers keep the new places apart from the old ones until all are moved.
          this.#run('UPDATE message SET seq = ?, published = 0, bytes = ? WHERE seq = ?', -seq, bytes, message.seq);
        }
      }
      this.#run('UPDATE message SET seq = -seq');
      this.setNote('stream', stream);
      this.setNote('next', String(seq + 1));
    });
    this.stream = stream;
    this.#next = seq + 1;
  }

  /** Widens the note `lost` (first minute, and the one after the last) by the minutes of a report that goes untold. */
  #noteLost(bytes: Uint8Array): void {
    const { minute, span } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { minute: number; span: number };
    const [from = minute, to = minute] = (this.note('lost') ?? '').split(' ').filter(Boolean).map(Number);
    this.setNote('lost', `${Math.min(from, minute)} ${Math.max(to, minute + span)}`);
  }

  /** `watched`: see Outbox. */
  keepMinutes(boot: string, minutes: readonly MinuteRecord[], watched?: string): void {
    this.transaction(() => {
      if (watched !== undefined) this.setNote('watched', watched);
      for (const m of minutes) this.#run(INSERT_MINUTE, boot, m.minute, Number(m.active), Number(m.blind), m.at, m.mono);
    });
  }

  keptMinutes(): KeptMinute[] {
    const rows = this.#all('SELECT boot, minute, active, blind, at, mono FROM minute ORDER BY boot, minute') as unknown as (Omit<
      KeptMinute,
      'active' | 'blind'
    > & { active: number; blind: number })[];
    return rows.map(({ boot, minute, active, blind, at, mono }) => ({ boot, minute, active: active === 1, blind: blind === 1, at, mono }));
  }

  /** A small fact that must survive a restart. */
  note(key: string): string | undefined {
    return (this.#get('SELECT value FROM meta WHERE key = ?', key) as { value: string } | undefined)?.value;
  }

  dropNote(key: string): void {
    this.#run('DELETE FROM meta WHERE key = ?', key);
  }

  setNote(key: string, value: string): void {
    this.#run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
  }

  /** For tests: SQLite itself then answers SQLITE_FULL, as on a full disk. */
  limitPages(pages: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${Math.trunc(pages)}`);
  }

  close(): void {
    this.#db.close();
  }

  #check(): void {
    const broken = (why: string): Error => Object.assign(new Error(why), { errcode: 11 });
    const sound = this.#db.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined;
    if (sound?.quick_check !== 'ok') throw broken(`quick_check: ${sound?.quick_check ?? 'no answer'}`);
    this.transaction(() => this.#db.exec(SCHEMA));
    try {
      for (const sql of SHAPE) this.#db.prepare(sql);
    } catch (error) {
      throw broken((error as Error).message);
    }
  }

  #begin(): string {
    const stream = newId();
    this.setNote('stream', stream);
    this.setNote('next', '1');
    return stream;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #get(sql: string, ...values: (string | number)[]): unknown {
    return this.#statement(sql).get(...values);
  }
  #all(sql: string, ...values: (string | number)[]): unknown[] {
    return this.#statement(sql).all(...values);
  }
  #run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#statement(sql).run(...values);
  }
}
