import type { Id } from '../../../ledger/index.ts';
import type { Place, Refusal } from '../../../protocol/decode.ts';
import type { UpKind } from '../../../protocol/topics.ts';
import type { Reading } from '../../model/reading.ts';

/** Why a decoder leaves a message alone. */
export const IGNORED = ['NOT_OURS', 'UNKNOWN_KIND'] as const;
export type Ignored = (typeof IGNORED)[number];

/** What a decoder makes of a message. */
export type DecodeOutcome =
  | { readonly outcome: 'readings'; readonly device: Id; readonly readings: readonly Reading[] }
  | { readonly outcome: 'ignored'; readonly reason: Ignored }
  | {
      readonly outcome: 'malformed';
      readonly device: Id;
      readonly kind: UpKind;
      readonly reason: Refusal;
      readonly detail: string;
      /** Where it stands in its stream, when that could be read: it is then parked and counts as stored. */
      readonly place?: Place;
    };

/** One language that devices speak. Pure: bytes in, readings out; it never throws. */
export interface Decoder {
  readonly name: string;
  readonly version: number;
  /** The highest one that does not ignore a message wins. */
  readonly priority: number;
  decode(topic: string, payload: Uint8Array): DecodeOutcome;
}
