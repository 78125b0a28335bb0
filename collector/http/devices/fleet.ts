import type { Device, Id, Ledger, UnitPlace } from '../../../ledger/index.ts';
import type { Clock } from '../../ports/clock.ts';
import { ProblemError } from '../problems.ts';
import type { DeviceDetail, DevicePage, DeviceQuery, DeviceSummary, UnitNode } from '../schemas/device.ts';
import { detailOf, summaryOf, type Known } from './view.ts';

const DEFAULT_LIMIT = 100;
const BATCH = 500;
/** A filter on the state is applied after reading; past this many devices a page ends early and `next` goes on. */
const MOST_LOOKED_AT = 5000;
/** How long the numbers beside the units may be old: every device is judged for them. */
const UNITS_FRESH_MS = 3000;

/** Reads devices and units for the API: the ledger's records, judged and put into the shapes of the schemas. */
export class Fleet {
  readonly #ledger: Pick<Ledger, 'units' | 'devices'>;
  readonly #clock: Clock;
  #units: { readonly at: number; readonly nodes: Promise<UnitNode[]> } | undefined;

  constructor(ledger: Pick<Ledger, 'units' | 'devices'>, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** @throws ProblemError DEVICE_UNKNOWN */
  async known(id: Id): Promise<Known> {
    const device = await this.#ledger.devices.byId(id);
    const [known] = device === undefined ? [] : await this.#complete([device]);
    if (known === undefined) throw new ProblemError('DEVICE_UNKNOWN');
    return known;
  }

  async detail(id: Id): Promise<DeviceDetail> {
    return detailOf(await this.known(id), this.#clock.now());
  }

  /** Unknown ids are left out. */
  async summaries(ids: readonly Id[]): Promise<DeviceSummary[]> {
    const devices = await Promise.all(ids.map((id) => this.#ledger.devices.byId(id)));
    const known = await this.#complete(devices.filter((device) => device !== undefined));
    const now = this.#clock.now();
    return known.map((one) => summaryOf(one, now));
  }

  /** @throws ProblemError UNIT_UNKNOWN */
  async page(query: DeviceQuery): Promise<DevicePage> {
    if (query.unit !== undefined && (await this.#ledger.units.byId(query.unit)) === undefined) throw new ProblemError('UNIT_UNKNOWN');
    const limit = query.limit ?? DEFAULT_LIMIT;
    const filtered = query.state !== undefined || query.troubled !== undefined;
    const items: DeviceSummary[] = [];
    let looked = 0;
    for await (const batch of this.#batches(query, filtered ? BATCH : limit + 1)) {
      for (const item of batch) {
        if (!fits(item, query)) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.id };
        items.push(item);
      }
      looked += batch.length;
      if (looked >= MOST_LOOKED_AT) return { items, next: batch.at(-1)!.id };
    }
    return { items, next: null };
  }

  async *#batches(query: DeviceQuery, size: number): AsyncGenerator<DeviceSummary[]> {
    const { unit, q: text } = query;
    let after = query.cursor;
    for (;;) {
      const devices = await this.#ledger.devices.list({
        ...(unit === undefined ? {} : { unit }),
        ...(text === undefined || text.trim() === '' ? {} : { text: text.trim() }),
        ...(after === undefined ? {} : { after }),
        limit: size,
      });
      if (devices.length === 0) return;
      const now = this.#clock.now();
      yield (await this.#complete(devices)).map((known) => summaryOf(known, now));
      if (devices.length < size) return;
      after = devices.at(-1)!.id;
    }
  }

  /** Joins devices with their states and places. */
  async #complete(devices: readonly Device[]): Promise<Known[]> {
    if (devices.length === 0) return [];
    const [states, places] = await Promise.all([this.#ledger.devices.states(devices.map(({ id }) => id)), this.#places(devices)]);
    return devices.flatMap((device) => {
      const state = states.get(device.id);
      const place = places.get(device.unit);
      return state === undefined || place === undefined ? [] : [{ device, state, place }];
    });
  }

  async #places(devices: readonly Device[]): Promise<Map<Id, UnitPlace>> {
    const ids = [...new Set(devices.map(({ unit }) => unit))];
    const places = ids.length > 20 ? await this.#ledger.units.list() : await Promise.all(ids.map((id) => this.#ledger.units.byId(id)));
    return new Map(places.filter((place) => place !== undefined).map((place) => [place.id, place]));
  }

  /** The whole tree, parents before children, siblings by name, with how many devices are in each unit and below. */
  units(): Promise<UnitNode[]> {
    const now = performance.now();
    if (this.#units === undefined || now - this.#units.at > UNITS_FRESH_MS) {
      const nodes = this.#countUnits();
      const kept = { at: now, nodes };
      this.#units = kept;
      // A failed read is not kept.
      nodes.catch(() => {
        if (this.#units === kept) this.#units = undefined;
      });
    }
    return this.#units.nodes;
  }

  async #countUnits(): Promise<UnitNode[]> {
    const places = await this.#ledger.units.list();
    const counts = new Map(places.map(({ id }) => [id, { devices: 0, troubled: 0 }]));
    for await (const batch of this.#batches({}, BATCH)) {
      for (const { path, state, troubles } of batch) {
        if (state === 'revoked') continue;
        for (const { id } of path) {
          const count = counts.get(id);
          if (count === undefined) continue;
          count.devices++;
          if (troubles.length > 0) count.troubled++;
        }
      }
    }
    return places.toSorted(byTree).map((place) => ({
      id: place.id,
      code: place.code,
      kind: place.kind,
      name: place.name,
      parent: place.parent,
      zone: place.effectiveZone,
      devices: counts.get(place.id)!.devices,
      troubled: counts.get(place.id)!.troubled,
    }));
  }
}

function fits(item: DeviceSummary, query: DeviceQuery): boolean {
  if (query.state !== undefined && item.state !== query.state) return false;
  return query.troubled === undefined || item.troubles.length > 0 === query.troubled;
}

const byName = new Intl.Collator('vi', { numeric: true });

/** Depth first: a unit comes before everything under it. */
function byTree(a: UnitPlace, b: UnitPlace): number {
  for (let i = 0; i < Math.min(a.path.length, b.path.length); i++) {
    const [one, other] = [a.path[i]!, b.path[i]!];
    if (one.id !== other.id) return byName.compare(one.name, other.name) || (one.id < other.id ? -1 : 1);
  }
  return a.path.length - b.path.length;
}
