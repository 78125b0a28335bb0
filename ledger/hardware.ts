import type { Inventory } from '../protocol/payloads/index.ts';
import type { Instant } from './records.ts';

export type MemoryModule = NonNullable<Inventory['memory']['dimms']>[number];
export type InventoryDisk = Inventory['disks'][number];

/** The parts a machine was last known to have, as one of its systems names them. */
export interface AcceptedParts {
  /** null = never told. */
  readonly modules: readonly MemoryModule[] | null;
  /** Only disks with a serial number; null = never told. */
  readonly disks: readonly Pick<InventoryDisk, 'serial' | 'model' | 'size'>[] | null;
}

/** A part that two boots in a row did not show any more. */
export interface MissingPart {
  readonly component: 'memory' | 'disk';
  /** Another one is there instead. */
  readonly replaced: boolean;
  readonly since: Instant;
  /** Bytes. */
  readonly size?: number;
  readonly maker?: string;
  /** Part number of a module, model of a disk. */
  readonly part?: string;
  readonly serial?: string;
  readonly slot?: string;
}

/** Counters of one disk at the last look, and when one of them last rose. */
export interface DiskTrend {
  readonly values: Readonly<Record<string, number>>;
  readonly roseAt?: Instant;
  readonly rose?: string;
}

/**
 * What the collector remembers of a machine's parts from one inventory to the next. It is kept here because a machine under
 * Deep Freeze remembers nothing.
 */
export interface KeptHardware {
  /** By system: one machine may start two, and each names parts its own way. */
  readonly accepted: Readonly<Partial<Record<'windows' | 'other', AcceptedParts>>>;
  /** The first boot that showed less, and since when. */
  readonly suspect: { readonly boot: string; readonly since: Instant } | null;
  readonly missing: readonly MissingPart[];
  /** By serial number. */
  readonly trends: Readonly<Record<string, DiskTrend>>;
}
