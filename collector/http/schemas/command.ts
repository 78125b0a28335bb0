import { Type, type Static } from 'typebox';
import { COMMAND_REASON_CODES, COMMANDS, NOTICES, SELF_TEST_CODES } from '../../../protocol/commands.ts';
import { OneOf } from '../../../protocol/text.ts';
import { COMMAND_STATES } from '../../../ledger/index.ts';
import { DateTime, DeviceId, Nullable, Page, Text } from './common.ts';

const enumOf = <const T extends readonly string[]>(values: T) => Type.Enum(values as unknown as [...T]);

/** Longer than a day nobody means it any more. */
const MOST_MINUTES = 1_440;

/** What to do; for `wake` the device of the address is the one that shall wake. */
export const CommandRequest = Type.Object(
  {
    name: OneOf(COMMANDS, 'What to do.'),
    notice: Type.Optional(
      Type.Enum([...NOTICES] as [...typeof NOTICES], { description: 'locate only: which of the fixed texts; default here.' }),
    ),
    minutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MOST_MINUTES, description: 'Until it expires; default 10 or 60, by the command.' }),
    ),
  },
  { $id: 'CommandRequest', additionalProperties: false },
);
export type CommandRequest = Static<typeof CommandRequest>;

export const CommandView = Type.Object(
  {
    id: Type.String(),
    name: OneOf(COMMANDS, 'What to do.'),
    device: Type.String({ description: 'Who carries it out; for wake a neighbour.' }),
    notice: Nullable(enumOf(NOTICES)),
    target: Nullable(Type.String({ description: 'wake only: who shall wake.' })),
    who: Type.String(),
    at: DateTime,
    expiresAt: DateTime,
    state: Type.Enum([...COMMAND_STATES, 'sent'] as [...typeof COMMAND_STATES, 'sent'], {
      description: 'waiting: the device is not connected; sent: no answer yet.',
    }),
    settledAt: Nullable(DateTime),
    reason: Nullable(Type.Object({ code: OneOf(COMMAND_REASON_CODES, 'Why.'), text: Text })),
    findings: Type.Array(Type.Object({ code: OneOf(SELF_TEST_CODES, 'What.'), text: Text }), {
      description: 'What a self-test found wrong.',
    }),
  },
  { $id: 'Command' },
);
export type CommandView = Static<typeof CommandView>;
export const CommandPage = Page(CommandView, 'CommandPage');
export type CommandPage = Static<typeof CommandPage>;

export const CommandQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default 20.' })) });

export const UnitCommands = Type.Object(
  {
    items: Type.Array(CommandView),
    skipped: Type.Array(Type.Object({ device: DeviceId, reason: Type.Enum(['not-allowed', 'no-neighbour', 'no-address', 'revoked']) }), {
      description: 'Devices that get none, and why.',
    }),
  },
  { $id: 'UnitCommands' },
);
export type UnitCommands = Static<typeof UnitCommands>;
