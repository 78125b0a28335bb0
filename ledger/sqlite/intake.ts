import type { SQLInputValue } from 'node:sqlite';
import { checkBits, emptyBits, orInto } from '../bitmaps.ts';
import type { IntakeLedger, IntakeTransaction } from '../owners.ts';
import { DOCUMENTS, deviceOf, documentsOf, noDocuments, nothingHeard, stateOf, stateRowOf, streamOf, unitOf } from '../queries/rows.ts';
import type { Device, DeviceState, Id, UnitPlace } from '../records.ts';
import type { DayRow, DeviceRow, DocumentRow, StateRow, StreamRow, UnitRow } from '../schema.ts';
import { placeFrom } from '../unit-tree.ts';
import type { SqliteFile } from './file.ts';

/**
 * The apply step: prepared statements on the one connection, a transaction for each batch. Each method does its work at
 * once and hands back a promise only because the interface is shared with databases across a network.
 */

const SQL = {
  device: `SELECT d.id, d.class, d.name, d.enrolled_at, d.revoked_at, d.fingerprint_json, p.unit
    FROM devices d JOIN device_placements p ON p.device = d.id AND p.until IS NULL WHERE d.id = ? AND d.revoked_at IS NULL`,
  known: 'SELECT 1 AS yes FROM devices WHERE id = ?',
  chain: `WITH RECURSIVE chain(id, code, kind, name, parent, zone, step) AS (
      SELECT id, code, kind, name, parent, zone, 0 FROM units WHERE id = ?
      UNION ALL SELECT u.id, u.code, u.kind, u.name, u.parent, u.zone, step + 1 FROM units u JOIN chain ON chain.parent = u.id)
    SELECT id, code, kind, name, parent, zone FROM chain ORDER BY step`,
  tally: 'SELECT value FROM tallies WHERE name = ?',
  addToTally: 'UPDATE tallies SET value = value + ? WHERE name = ?',
  stream: 'SELECT device, stream, contiguous, ahead_json FROM streams WHERE device = ? AND stream = ?',
  saveStream: `INSERT INTO streams (device, stream, contiguous, ahead_json) VALUES (?, ?, ?, ?)
    ON CONFLICT (device, stream) DO UPDATE SET contiguous = excluded.contiguous, ahead_json = excluded.ahead_json`,
  state: 'SELECT * FROM device_states WHERE device = ?',
  documents: 'SELECT kind, body_json FROM device_documents WHERE device = ?',
  saveDocument: `INSERT INTO device_documents (device, kind, body_json) VALUES (?, ?, ?)
    ON CONFLICT (device, kind) DO UPDATE SET body_json = excluded.body_json`,
  dropDocument: 'DELETE FROM device_documents WHERE device = ? AND kind = ?',
  day: 'SELECT on_bits, active_bits, blind_bits FROM device_days WHERE device = ? AND day = ?',
  saveDay: `INSERT INTO device_days (device, day, on_bits, active_bits, blind_bits) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (device, day) DO UPDATE SET
      on_bits = excluded.on_bits, active_bits = excluded.active_bits, blind_bits = excluded.blind_bits`,
  spool: 'INSERT INTO spool (at, line) VALUES (?, ?)',
  park: 'INSERT INTO parked (at, device, kind, code, detail, payload) VALUES (?, ?, ?, ?, ?, ?)',
} as const;

const STATE_COLUMNS = Object.keys(stateRowOf(nothingHeard(''))) as (keyof StateRow)[];
const SAVE_STATE = `INSERT INTO device_states (${STATE_COLUMNS.join(', ')}) VALUES (${STATE_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (device) DO UPDATE SET ${STATE_COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

/** Places by unit, kept between batches until somebody changes the tree. */
class Places {
  readonly #file: SqliteFile;
  readonly #kept = new Map<Id, UnitPlace>();
  #version = -1;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** Once at the beginning of a batch. */
  refresh(): void {
    const row = this.#file.prepare(SQL.tally).statement.get('units_version') as { value: number };
    if (row.value !== this.#version) this.#kept.clear();
    this.#version = row.value;
  }

  of(unit: Id): UnitPlace {
    let place = this.#kept.get(unit);
    if (place === undefined) {
      place = placeFrom((this.#file.prepare(SQL.chain).statement.all(unit) as unknown as UnitRow[]).map(unitOf));
      this.#kept.set(unit, place);
    }
    return place;
  }
}

class Batch implements IntakeTransaction {
  readonly #file: SqliteFile;
  readonly #places: Places;
  /** States as they were read in this batch: a part that is still the same object needs no writing. */
  readonly #loaded = new Map<Id, DeviceState>();
  #open = true;

  constructor(file: SqliteFile, places: Places) {
    this.#file = file;
    this.#places = places;
  }

  end(): void {
    this.#open = false;
  }

  #get<T>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    return this.#file.prepare(sql).statement.get(...parameters) as T | undefined;
  }

  #run(sql: string, ...parameters: SQLInputValue[]): void {
    this.#file.prepare(sql).statement.run(...parameters);
  }

  #check(): void {
    if (!this.#open) throw new Error('this batch has ended: nothing of it may be used any more');
  }

  async devices(ids: readonly Id[]): Promise<Map<Id, { device: Device; place: UnitPlace }>> {
    this.#check();
    const found = new Map<Id, { device: Device; place: UnitPlace }>();
    for (const id of new Set(ids)) {
      const row = this.#get<DeviceRow & { unit: Id }>(SQL.device, id);
      if (row !== undefined) found.set(id, { device: deviceOf(row), place: this.#places.of(row.unit) });
    }
    return found;
  }

  async streams(keys: Parameters<IntakeTransaction['streams']>[0]): ReturnType<IntakeTransaction['streams']> {
    this.#check();
    return keys.map(({ device, stream }) => {
      const row = this.#get<StreamRow>(SQL.stream, device, stream);
      return row === undefined ? { device, stream, contiguous: 0, ahead: [] } : streamOf(row);
    });
  }

  async saveStreams(states: Parameters<IntakeTransaction['saveStreams']>[0]): Promise<void> {
    this.#check();
    for (const { device, stream, contiguous, ahead } of states)
      this.#run(SQL.saveStream, device, stream, contiguous, JSON.stringify(ahead));
  }

  async states(ids: readonly Id[]): Promise<Map<Id, DeviceState>> {
    this.#check();
    const states = new Map<Id, DeviceState>();
    for (const id of new Set(ids)) {
      const state = this.#readState(id);
      if (state === undefined) continue;
      this.#loaded.set(id, state);
      states.set(id, state);
    }
    return states;
  }

  #readState(id: Id): DeviceState | undefined {
    const row = this.#get<StateRow>(SQL.state, id);
    if (row === undefined) return this.#get(SQL.known, id) === undefined ? undefined : nothingHeard(id);
    const any = row.birth_at ?? row.inventory_at ?? row.security_at ?? row.event_at;
    if (any === null) return stateOf(row, noDocuments);
    return stateOf(row, documentsOf(this.#file.prepare(SQL.documents).statement.all(id) as unknown as DocumentRow[]));
  }

  async saveStates(states: readonly DeviceState[]): Promise<void> {
    this.#check();
    for (const state of states) {
      const row = stateRowOf(state);
      this.#run(SAVE_STATE, ...STATE_COLUMNS.map((column) => row[column]));
      const before = this.#loaded.get(state.device);
      for (const kind of DOCUMENTS) {
        if (before !== undefined && before[kind] === state[kind]) continue;
        if (state[kind] === null) this.#run(SQL.dropDocument, state.device, kind);
        else this.#run(SQL.saveDocument, state.device, kind, JSON.stringify(state[kind]));
      }
      this.#loaded.set(state.device, state);
    }
  }

  async orUse(rows: Parameters<IntakeTransaction['orUse']>[0]): Promise<void> {
    this.#check();
    for (const use of rows) {
      checkBits(use);
      const held = this.#get<DayRow>(SQL.day, use.device, use.day);
      const bits = held === undefined ? emptyBits() : { on: held.on_bits, active: held.active_bits, blind: held.blind_bits };
      orInto(bits, use);
      this.#run(SQL.saveDay, use.device, use.day, bits.on, bits.active, bits.blind);
    }
  }

  async spool(lines: readonly string[]): Promise<void> {
    this.#check();
    const at = Date.now();
    let bytes = 0;
    const { statement } = this.#file.prepare(SQL.spool);
    for (const line of lines) {
      statement.run(at, line);
      bytes += Buffer.byteLength(line);
    }
    this.#run(SQL.addToTally, lines.length, 'spool_rows');
    this.#run(SQL.addToTally, bytes, 'spool_bytes');
  }

  async park(messages: Parameters<IntakeTransaction['park']>[0]): Promise<void> {
    this.#check();
    for (const m of messages) this.#run(SQL.park, m.at, m.device, m.kind, m.code, m.detail, m.payload);
    this.#run(SQL.addToTally, messages.length, 'parked');
  }
}

export function sqliteIntake(file: SqliteFile): IntakeLedger {
  const places = new Places(file);
  return {
    batch: (work) =>
      file.mutex.run(async () => {
        await file.begin('immediate');
        const batch = new Batch(file, places);
        try {
          places.refresh();
          const result = await work(batch);
          batch.end();
          await file.commit();
          return result;
        } catch (error) {
          batch.end();
          file.rollback();
          throw file.plain(error);
        }
      }),
  };
}
