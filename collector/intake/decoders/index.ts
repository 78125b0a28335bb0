import type { Decoder, DecodeOutcome } from './decoder.ts';
import { nativeDecoder } from './native/native.ts';

/** Every decoder; one folder each. */
export const DECODERS: readonly Decoder[] = [nativeDecoder].toSorted((a, b) => b.priority - a.priority);

/** Asks the decoders in turn; the last one's reason stands when all of them ignore the message. */
export function decodeWith(decoders: readonly Decoder[], topic: string, payload: Uint8Array): DecodeOutcome {
  let outcome: DecodeOutcome = { outcome: 'ignored', reason: 'NOT_OURS' };
  for (const decoder of decoders) {
    outcome = decoder.decode(topic, payload);
    if (outcome.outcome !== 'ignored') return outcome;
  }
  return outcome;
}
