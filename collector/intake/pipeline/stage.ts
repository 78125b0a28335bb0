import type { Day, Device, DeviceState, Id, Instant, IntakeTransaction, UnitPlace } from '../../../ledger/index.ts';
import { type Place, type Refusal, REFUSALS } from '../../../protocol/decode.ts';
import type { UpKind } from '../../../protocol/topics.ts';
import type { UseBits } from '../../model/bitmaps.ts';
import type { TrueTime } from '../../model/clock.ts';
import type { Reading } from '../../model/reading.ts';
import type { Sequences } from '../../model/sequences.ts';
import type { IncomingMessage } from '../../ports/message-source.ts';
import { type Ignored, IGNORED } from '../decoders/decoder.ts';

/** Why the pipeline itself drops or parks a message, beside the refusals of the contract. Stable: metrics and docs use these. */
export const PIPELINE_REASONS = {
  RETAINED: 'a retained message other than presence: it says nothing of now',
  UNKNOWN_DEVICE: 'the device is not enrolled, or was revoked',
  DUPLICATE: 'stored before',
  TOO_MANY_GAPS: 'the stream has more gaps than can be remembered; it must fill them first',
  TIME_IMPLAUSIBLE: 'its time cannot be true and the clock of the device is not known',
  INTERNAL: 'a defect of the collector; see its log',
} as const;

export type Reason = Refusal | Ignored | keyof typeof PIPELINE_REASONS;
/** The closed list of values of the label `reason`. */
export const REASONS: readonly Reason[] = [
  ...(Object.keys(REFUSALS) as Refusal[]),
  ...IGNORED,
  ...(Object.keys(PIPELINE_REASONS) as (keyof typeof PIPELINE_REASONS)[]),
];

/** What becomes of an item: on to the next stage, forgotten, or kept aside as it came. */
export type Verdict =
  | { readonly fate: 'keep' }
  | { readonly fate: 'drop'; readonly reason: Reason }
  | { readonly fate: 'park'; readonly reason: Reason; readonly detail: string };

export const KEEP: Verdict = { fate: 'keep' };
export const drop = (reason: Reason): Verdict => ({ fate: 'drop', reason });
export const park = (reason: Reason, detail: string): Verdict => ({ fate: 'park', reason, detail });

/** One message on its way. Each stage fills in what it found. */
export interface Item {
  readonly message: IncomingMessage;
  readonly kind: UpKind | 'other';
  /** The id of the topic; empty when there is none. */
  readonly device: Id;
  readonly reading: Reading | undefined;
  /** Where it stands in its stream; undefined for presence and for what could not be read that far. */
  readonly place: Place | undefined;
  verdict: Verdict;
  time?: TrueTime;
}

/** What stages of one attempt share. A new one for every attempt: nothing of a failed transaction survives. */
export interface Batch {
  readonly items: readonly Item[];
  readonly tx: IntakeTransaction;
  readonly now: Instant;
  readonly devices: Map<Id, { readonly device: Device; readonly place: UnitPlace }>;
  readonly states: Map<Id, DeviceState>;
  /** Devices whose clock was learned since our own was set forward; undefined when it never was. */
  readonly sure: ReadonlySet<Id> | undefined;
  /** Devices whose clock this batch learned. */
  readonly learned: Set<Id>;
  /** Devices whose state changed. */
  readonly changed: Set<Id>;
  /** By device and stream (`streamKey`). */
  readonly streams: Map<string, Sequences & { readonly device: Id; readonly stream: Id }>;
  /** Streams to acknowledge: everything that was named, new or not. */
  readonly touched: Set<string>;
  /** Minutes to add, by device and local day. */
  readonly use: Map<Id, Map<Day, UseBits>>;
  /** Minutes that nobody watched, by device and local day. */
  readonly unseen: Map<Id, Map<Day, Uint8Array>>;
  /** Lines for the time-series store. */
  readonly lines: string[];
}

/** A step inside the transaction. */
export interface Stage {
  readonly name: string;
  /** Once, before the items: reads what they need. */
  prepare?(batch: Batch): Promise<void>;
  /** For each item that is still kept, in the order of arrival. Pure but for the batch. */
  each?(item: Item, batch: Batch): Verdict;
  /** Also for items that are already parked: they keep their first verdict unless this one drops them. */
  readonly parkedToo?: boolean;
  /** Once, after the items: writes what they left. */
  finish?(batch: Batch): Promise<void>;
}

export const streamKey = (device: Id, stream: Id): string => `${device}/${stream}`;
