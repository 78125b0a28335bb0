import { Type, type Static } from 'typebox';
import { BootId, EpochMs, Id } from './text.ts';

/** The version of the wire contract this code speaks. Older ones are upgraded in `decode.ts`. */
export const PROTOCOL_VERSION = 1;
/** Largest payload a program accepts, in bytes. */
export const MAX_PAYLOAD_BYTES = 16 * 1024;
/** Deepest nesting of arrays and objects a program accepts. */
export const MAX_DEPTH = 8;

/**
 * What every message carries. `at` and `mono` are read at the same instant: `at` may be wrong by years (a dead CMOS
 * battery), `mono` cannot; with the receive time of a `presence` of the same boot the collector finds the true time.
 */
export const envelopeFields = {
  v: Type.Literal(PROTOCOL_VERSION, { description: 'Version of the wire contract.' }),
  stream: Id,
  seq: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: '1, 2, 3 … within the stream; 0 for presence, which is not kept in the outbox.',
  }),
  at: EpochMs("The sender's clock."),
};

/** Messages of a device also say where its monotonic clock stood. */
export const clockFields = {
  boot: BootId,
  mono: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Milliseconds since boot, sleep included (CLOCK_BOOTTIME), when `at` was read.',
  }),
};

export const Envelope = Type.Object(envelopeFields);
export type Envelope = Static<typeof Envelope>;

/** A message that is kept in the outbox and acknowledged. */
export const sequencedFields = {
  ...envelopeFields,
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '1, 2, 3 … within the stream.' }),
  first: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'First sequence number this message stands for, when older ones were merged into it. Default: seq.',
    }),
  ),
  ...clockFields,
};
