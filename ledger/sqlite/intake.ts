import { checkBits, checkLength, orInto, packBits, viewBits } from '../bitmaps.ts';
import type { IntakeLedger, IntakeTransaction } from '../owners.ts';
import { DOCUMENTS, deviceOf, noDocuments, stateOf, stateRowOf, streamOf, type Documents } from '../queries/rows.ts';
import type { Device, DeviceState, Id, StreamState, UnitPlace } from '../records.ts';
import { unheard } from '../records.ts';
import type { SqliteFile } from './file.ts';
import { asStateRow, intakeStatements, STATE_COLUMNS, type IntakeStatements } from './intake-sql.ts';
import { KeptDocuments, KeptPlaces } from './kept.ts';

/** With 16 KiB each at most 160 MiB. */
/** An agent begins a new stream when its disk was set back, so a few in its life; only a broken sender makes many. */
const MOST_STREAMS = 20;
const MOST_PARKED = 10_000;

/** What batches share. */
interface Shared {
  readonly sql: IntakeStatements;
  readonly places: KeptPlaces;
  readonly documents: KeptDocuments;
}

/** A state as it was read or written in this batch: a document that is still the same object needs no writing. */
interface Loaded {
  readonly state: DeviceState;
  readonly version: number;
}

const documentsIn = ({ birth, inventory, hardware, security, event }: DeviceState): Documents => ({
  birth,
  inventory,
  hardware,
  security,
  event,
});

type DeviceColumns = [Id, string, string, number, number | null, string, Id, Id | null];
type StreamColumns = [Id, Id, number, string];

/**
 * The apply step: prepared statements on the one connection, one transaction for each batch. Each method does its work
 * at once and hands back a promise only because the interface is shared with databases across a network.
 */
class Batch implements IntakeTransaction {
  readonly #sql: IntakeStatements;
  readonly #places: KeptPlaces;
  readonly #documents: KeptDocuments;
  readonly #loaded = new Map<Id, Loaded>();
  /** Streams that are in the ledger, as far as this batch asked. */
  readonly #streams = new Set<string>();
  #open = true;

  constructor({ sql, places, documents }: Shared) {
    this.#sql = sql;
    this.#places = places;
    this.#documents = documents;
  }

  end(): void {
    this.#open = false;
  }

  #check(): void {
    if (!this.#open) throw new Error('this batch has ended: nothing of it may be used any more');
  }

  async devices(ids: readonly Id[]): Promise<Map<Id, { device: Device; place: UnitPlace }>> {
    this.#check();
    const found = new Map<Id, { device: Device; place: UnitPlace }>();
    for (const row of this.#sql.devices.all(JSON.stringify([...new Set(ids)])) as unknown as DeviceColumns[]) {
      const [id, kind, name, enrolled_at, revoked_at, fingerprint_json, unit, cloned_from] = row;
      const device = deviceOf({ id, class: kind, name, enrolled_at, revoked_at, fingerprint_json, unit, cloned_from });
      found.set(id, { device, place: this.#places.of(unit) });
    }
    return found;
  }

  async streams(keys: readonly { device: Id; stream: Id }[]): Promise<StreamState[]> {
    this.#check();
    const asked = JSON.stringify(keys.map(({ device, stream }) => [device, stream]));
    const found = new Map<string, StreamState>();
    for (const [device, stream, contiguous, ahead_json] of this.#sql.streams.all(asked) as unknown as StreamColumns[]) {
      this.#streams.add(device + stream);
      found.set(device + stream, streamOf({ device, stream, contiguous, ahead_json }));
    }
    return keys.map(({ device, stream }) => found.get(device + stream) ?? { device, stream, contiguous: 0, ahead: [] });
  }

  async saveStreams(states: readonly StreamState[]): Promise<void> {
    this.#check();
    for (const { device, stream, contiguous, ahead } of states) {
      this.#sql.saveStream.run(device, stream, contiguous, ahead.length === 0 ? '[]' : JSON.stringify(ahead));
      if (this.#streams.has(device + stream)) continue;
      this.#streams.add(device + stream);
      this.#sql.trimStreams.run({ device, kept: MOST_STREAMS });
    }
  }

  async states(ids: readonly Id[]): Promise<Map<Id, DeviceState>> {
    this.#check();
    const states = new Map<Id, DeviceState>();
    const asked = JSON.stringify([...new Set(ids)]);
    for (const values of this.#sql.states.all(asked) as unknown as unknown[][]) {
      const row = asStateRow(values);
      const state = stateOf(row, row.documents_version === 0 ? noDocuments : this.#documents.of(row));
      this.#loaded.set(row.device, { state, version: row.documents_version });
      states.set(row.device, state);
    }
    if (states.size === ids.length) return states;
    for (const [id] of this.#sql.known.all(asked) as unknown as [Id][]) {
      if (!states.has(id)) states.set(id, unheard(id));
    }
    return states;
  }

  async saveStates(states: readonly DeviceState[]): Promise<void> {
    this.#check();
    for (const state of states) {
      const before = this.#loaded.get(state.device) ?? this.#readState(state.device);
      const fresh = DOCUMENTS.filter((kind) => before.state[kind] !== state[kind]);
      const version = before.version + (fresh.length > 0 ? 1 : 0);
      const row = stateRowOf(state, version);
      this.#sql.saveState.run(...STATE_COLUMNS.map((column) => row[column]));
      for (const kind of fresh) {
        if (state[kind] === null) this.#sql.dropDocument.run(state.device, kind);
        else this.#sql.saveDocument.run(state.device, kind, JSON.stringify(state[kind]));
      }
      if (fresh.length > 0) this.#documents.keep(state.device, version, documentsIn(state));
      this.#loaded.set(state.device, { state, version });
    }
  }

  /** Saved without having been read in this batch. */
  #readState(device: Id): Loaded {
    const [values] = this.#sql.states.all(JSON.stringify([device])) as unknown as unknown[][];
    const version = values === undefined ? 0 : (values[STATE_COLUMNS.indexOf('documents_version')] as number);
    const documents = version === 0 ? noDocuments : this.#documents.of({ device, documents_version: version });
    return { state: { ...unheard(device), ...documents }, version };
  }

  async orUse(rows: Parameters<IntakeTransaction['orUse']>[0]): Promise<void> {
    this.#check();
    for (const use of rows) {
      checkBits(use);
      const held = this.#sql.day.get(use.device, use.day) as unknown as [Uint8Array] | undefined;
      const bytes = held === undefined ? packBits(use) : held[0];
      // Also for the first report of a day: it may itself say blind where it says active.
      orInto(viewBits(bytes), use);
      this.#sql.saveDay.run(use.device, use.day, bytes);
    }
  }

  async orUnseen(rows: Parameters<IntakeTransaction['orUnseen']>[0]): Promise<void> {
    this.#check();
    for (const { device, day, unseen } of rows) {
      checkLength(unseen);
      const [held] = (this.#sql.unseenDay.get(device, day) as unknown as [Uint8Array] | undefined) ?? [new Uint8Array(unseen.length)];
      for (let i = 0; i < unseen.length; i++) held[i]! |= unseen[i]!;
      this.#sql.saveUnseen.run(device, day, held);
    }
  }

  async spool(lines: readonly string[]): Promise<void> {
    this.#check();
    const at = Date.now();
    let bytes = 0;
    for (const line of lines) {
      this.#sql.spool.run(at, line);
      bytes += Buffer.byteLength(line);
    }
    this.#sql.addToTally.run(lines.length, 'spool_rows');
    this.#sql.addToTally.run(bytes, 'spool_bytes');
  }

  async park(messages: Parameters<IntakeTransaction['park']>[0]): Promise<void> {
    this.#check();
    for (const m of messages) this.#sql.park.run(m.at, m.device, m.kind, m.code, m.detail, m.payload);
    this.#sql.trimParked.run(MOST_PARKED);
    this.#sql.addToTally.run(messages.length, 'parked');
  }

  async answerCommands(answers: Parameters<IntakeTransaction['answerCommands']>[0]): Promise<void> {
    this.#check();
    for (const { id, device, state, reason, findings, at } of answers) {
      const { changes } = this.#sql.answer.run({ id, device, state, reason, findings: JSON.stringify(findings), at });
      if (changes > 0) this.#sql.audit.run(at, 'device', `command-${state}`, `${device} ${id}${reason === null ? '' : ` ${reason}`}`);
    }
  }

  async confirmConfigs(told: Parameters<IntakeTransaction['confirmConfigs']>[0]): Promise<void> {
    this.#check();
    for (const { device, version, at, refused } of told) {
      if (refused === undefined) this.#sql.confirm.run(device, version, at);
      else this.#sql.audit.run(at, 'device', 'setting-refused', `${device} ${refused}`);
    }
  }
}

export function sqliteIntake(file: SqliteFile): IntakeLedger {
  let shared: Shared | undefined;
  const begin = (): Shared => {
    const sql = intakeStatements(file);
    return { sql, places: new KeptPlaces(sql), documents: new KeptDocuments(sql) };
  };
  return {
    batch: (work) =>
      file.mutex.run(async () => {
        await file.begin('immediate');
        let batch: Batch | undefined;
        try {
          shared ??= begin();
          batch = new Batch(shared);
          shared.places.refresh();
          const result = await work(batch);
          batch.end();
          await file.commit();
          return result;
        } catch (error) {
          batch?.end();
          shared?.documents.forget();
          file.rollback();
          throw file.plain(error);
        }
      }),
  };
}
