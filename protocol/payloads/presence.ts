import { Type, type Static } from 'typebox';
import { clockFields, envelopeFields } from '../envelope.ts';
import { OneOf } from '../text.ts';

export const PRESENCE_REASONS = ['connected', 'stopped', 'shutdown', 'lost'] as const;

/**
 * Connect, clean stop or Will; retained, outside the outbox (seq 0). It is published first on every connection, before
 * every replay and every hour: its `mono` beside the receive time is how the collector knows the sender's clock.
 * The Will carries the clock of the connect, so only a presence that says online is used for that.
 */
export const Presence = Type.Object(
  {
    ...envelopeFields,
    seq: Type.Literal(0, { description: 'Presence is not kept in the outbox.' }),
    ...clockFields,
    online: Type.Boolean(),
    reason: OneOf(
      PRESENCE_REASONS,
      'connected; stopped = the agent was stopped; shutdown = the machine goes off; lost = the broker lost the line (Will).',
    ),
  },
  { $id: 'presence', description: 'Connect, clean stop or Will; retained.' },
);
export type Presence = Static<typeof Presence>;
