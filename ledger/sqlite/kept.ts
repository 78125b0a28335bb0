import { documentsOf, unitOf, type Documents } from '../queries/rows.ts';
import type { Id, UnitKind, UnitPlace } from '../records.ts';
import type { StateRow } from '../schema.ts';
import { placeFrom } from '../unit-tree.ts';
import type { IntakeStatements } from './intake-sql.ts';

/** Places by unit, kept between batches until somebody changes the tree. */
export class KeptPlaces {
  readonly #sql: IntakeStatements;
  readonly #places = new Map<Id, UnitPlace>();
  #version = -1;

  constructor(sql: IntakeStatements) {
    this.#sql = sql;
  }

  /** Once at the beginning of a batch. */
  refresh(): void {
    const [version] = this.#sql.tally.get('units_version') as unknown as [number];
    if (version !== this.#version) this.#places.clear();
    this.#version = version;
  }

  of(unit: Id): UnitPlace {
    let place = this.#places.get(unit);
    if (place === undefined) {
      const rows = this.#sql.chain.all(unit) as unknown as [Id, string, UnitKind, string, Id | null, string | null][];
      place = placeFrom(rows.map(([id, code, kind, name, parent, zone]) => unitOf({ id, code, kind, name, parent, zone })));
      this.#places.set(unit, place);
    }
    return place;
  }
}

/** Devices whose documents are kept read: about 10 kB each. */
const KEPT_DEVICES = 4096;

/**
 * The parsed documents of the devices heard last. A version in the state says whether what is kept is what is stored;
 * after a batch that was rolled back its versions mean nothing and everything is forgotten.
 */
export class KeptDocuments {
  readonly #sql: IntakeStatements;
  readonly #kept = new Map<Id, { version: number; documents: Documents }>();

  constructor(sql: IntakeStatements) {
    this.#sql = sql;
  }

  of(row: Pick<StateRow, 'device' | 'documents_version'>): Documents {
    const kept = this.#kept.get(row.device);
    if (kept !== undefined && kept.version === row.documents_version) return kept.documents;
    const rows = this.#sql.documents.all(row.device) as unknown as [string, string][];
    const documents = documentsOf(rows.map(([kind, body_json]) => ({ kind, body_json })));
    this.keep(row.device, row.documents_version, documents);
    return documents;
  }

  keep(device: Id, version: number, documents: Documents): void {
    // Taken out and put in again: the oldest is always the first.
    this.#kept.delete(device);
    if (this.#kept.size >= KEPT_DEVICES) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(device, { version, documents });
  }

  forget(): void {
    this.#kept.clear();
  }
}
