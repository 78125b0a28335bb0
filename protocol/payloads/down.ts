import { Type, type Static } from 'typebox';
import { Id, OneOf, EpochMs } from '../text.ts';
import { envelopeFields } from '../envelope.ts';

/** The collector stored everything of this stream up to and including `seq`: the outbox may forget it. */
export const Ack = Type.Object({ ...envelopeFields }, { $id: 'ack', description: 'Everything of the stream up to `seq` is stored.' });
export type Ack = Static<typeof Ack>;

/** Settings of the device. Retained, so that it is there at the next connect. */
export const Config = Type.Object(
  {
    ...envelopeFields,
    version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Grows with every change.' }),
    reportMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 5, description: 'Longest window of a report.' })),
  },
  { $id: 'config', description: 'Settings of the device; retained.' },
);
export type Config = Static<typeof Config>;

export const COMMANDS = ['refresh'] as const;

/** A command from a closed list. There is no shell and never will be. */
export const Command = Type.Object(
  {
    ...envelopeFields,
    id: Id,
    name: OneOf(COMMANDS, 'refresh = send inventory and security now.'),
    expires: EpochMs('Not to be obeyed after this.'),
  },
  { $id: 'command', description: 'A command from a closed list.' },
);
export type Command = Static<typeof Command>;
