import { type Compression, isPacked, unpack } from '../../../protocol/packing.ts';
import { isUpKind, parseTopic, type UpKind } from '../../../protocol/topics.ts';
import type { Place } from '../../../protocol/decode.ts';
import type { Reading } from '../../model/reading.ts';
import type { IncomingMessage } from '../../ports/message-source.ts';
import type { Decoder } from '../decoders/decoder.ts';
import { decodeWith } from '../decoders/index.ts';
import { drop, type Item, KEEP, park } from './stage.ts';

/** A label never takes what a client sent. */
function kindOf(topic: string): UpKind | 'other' {
  const kind = parseTopic(topic)?.kind;
  return kind !== undefined && isUpKind(kind) ? kind : 'other';
}

function placeOf(reading: Reading): Place | undefined {
  if (reading.kind === 'presence') return undefined;
  const { stream, seq, first } = reading.data;
  return { stream, first: first ?? seq, seq };
}

/** What came packed as if it had come plain; what cannot be unpacked stays as it is, and is refused for it. */
export function plainOf(message: IncomingMessage, compression: Compression): IncomingMessage {
  const payload = isPacked(message.payload) ? unpack(message.payload, compression) : undefined;
  return payload === undefined ? message : { ...message, payload, packed: true };
}

/** Bytes to items: one per reading, or one that is dropped or parked. */
export function decodeMessage(message: IncomingMessage, decoders: readonly Decoder[]): Item[] {
  const outcome = decodeWith(decoders, message.topic, message.payload);
  const bare = { message, reading: undefined, place: undefined };
  switch (outcome.outcome) {
    case 'ignored':
      return [{ ...bare, kind: kindOf(message.topic), device: '', verdict: drop(outcome.reason) }];
    case 'malformed': {
      const { device, kind, reason, detail, place } = outcome;
      return [{ ...bare, kind, device, place, verdict: place === undefined ? drop(reason) : park(reason, detail) }];
    }
    default:
      return outcome.readings.map((reading) => ({
        message,
        kind: reading.kind,
        device: outcome.device,
        reading,
        place: placeOf(reading),
        verdict: KEEP,
      }));
  }
}
