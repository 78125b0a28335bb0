import type { Payloads } from '../../protocol/payloads/index.ts';
import type { UpKind } from '../../protocol/topics.ts';

/** One checked statement of a device, whatever language it came in: a kind of the contract and its payload. */
export type Reading = { readonly [K in UpKind]: { readonly kind: K; readonly data: Payloads[K] } }[UpKind];
export type ReadingOf<K extends UpKind> = Extract<Reading, { kind: K }>;

/** Kinds that are kept in an outbox and acknowledged: all but presence. */
export type SequencedReading = Exclude<Reading, { kind: 'presence' }>;
