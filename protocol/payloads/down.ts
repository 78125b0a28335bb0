import { Type, type Static } from 'typebox';
import { COMMANDS, NOTICES } from '../commands.ts';
import { settingFields } from '../device-settings.ts';
import { EpochMs, Id, Mac, OneOf } from '../text.ts';
import { envelopeFields } from '../envelope.ts';

/** The collector stored everything of this stream up to and including `seq`: the outbox may forget it. */
export const Ack = Type.Object(
  {
    ...envelopeFields,
    packing: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 255, description: 'Payloads may come packed, up to this packing; absent: plain JSON only.' }),
    ),
  },
  { $id: 'ack', description: 'Everything of the stream up to `seq` is stored.' },
);
export type Ack = Static<typeof Ack>;

/** Settings of the device. Retained, so that it is there at the next connect. A setting that is left out is the agent's own affair. */
export const Config = Type.Object(
  {
    ...envelopeFields,
    version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Grows with every change.' }),
    ...settingFields,
  },
  { $id: 'config', description: 'Settings of the device; retained.' },
);
export type Config = Static<typeof Config>;

/** A command from a closed list. There is no shell and never will be. */
export const Command = Type.Object(
  {
    ...envelopeFields,
    id: Id,
    name: OneOf(COMMANDS, 'What to do.'),
    expires: EpochMs("Not to be obeyed after this, by the server's clock."),
    ordered: Type.Optional(EpochMs("When it was ordered, by the server's clock.")),
    notice: Type.Optional(OneOf(NOTICES, 'locate only: which of the fixed texts to show.')),
    macs: Type.Optional(Type.Array(Mac, { minItems: 1, maxItems: 8, description: 'wake only: network cards of the machine to wake.' })),
  },
  { $id: 'command', description: 'A command from a closed list.' },
);
export type Command = Static<typeof Command>;
