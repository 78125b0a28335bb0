import { Type, type Static } from 'typebox';
import { sequencedFields } from '../envelope.ts';
import { UPDATE_REASONS } from '../release.ts';
import { COMMAND_REASON_CODES, SELF_TEST_CODES } from '../commands.ts';
import { SETTING_KEYS } from '../device-settings.ts';
import { EpochMs, Id, OneOf, Product, Serial } from '../text.ts';

export const EVENT_CODES = [
  'unclean_shutdown',
  'disk_failing',
  'component_missing',
  'threat_found',
  'agent_updated',
  'update_failed',
  'update_rolled_back',
  'clock_changed',
  'unobserved',
  'command_done',
  'command_refused',
  'command_failed',
  'config_applied',
  'config_refused',
] as const;
export const COMPONENTS = ['memory', 'disk', 'network', 'display', 'battery', 'other'] as const;

/**
 * Something that happened, told at once. `unobserved`: from `since` on, for `count` minutes, no agent watched though the machine
 * may have run; such minutes are unknown and not off. `command_…` answers a command, `config_applied` says which configuration is in
 * force. No free text: a code, when, how many and which part.
 */
export const Event = Type.Object(
  {
    ...sequencedFields,
    code: OneOf(EVENT_CODES, 'What happened.'),
    since: Type.Optional(EpochMs("When it happened or began, by the sender's clock.")),
    count: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'How many; seconds for clock_changed, minutes from `since` on for unobserved.',
      }),
    ),
    component: Type.Optional(OneOf(COMPONENTS, 'Which kind of part.')),
    serial: Type.Optional(Serial('Serial number of the part.')),
    release: Type.Optional(Product('The version an update was to bring.')),
    cause: Type.Optional(OneOf(UPDATE_REASONS, 'Why an update came to nothing.')),
    answers: Type.Optional(Id),
    reason: Type.Optional(OneOf(COMMAND_REASON_CODES, 'Why a command was refused or failed.')),
    findings: Type.Optional(
      Type.Array(OneOf(SELF_TEST_CODES, 'Something wrong.'), {
        maxItems: 16,
        description: 'What a self-test found wrong; none is healthy.',
      }),
    ),
    config: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Version of the configuration that was taken.' }),
    ),
    setting: Type.Optional(OneOf(SETTING_KEYS, 'The setting that was refused; the others are in force.')),
  },
  { $id: 'event', description: 'Something that happened, told at once.' },
);
export type Event = Static<typeof Event>;
