import { Type, type Static } from 'typebox';
import { DateTime } from './common.ts';
import { DeviceSummary } from './device.ts';

/** Data of the first event of a stream. After it (also after a reconnect) a client reads its lists once more: nothing is replayed. */
export const HelloEvent = Type.Object(
  { at: DateTime, version: Type.String({ description: 'Version of the server.' }) },
  { $id: 'HelloEvent' },
);
export type HelloEvent = Static<typeof HelloEvent>;

/** Server-sent events by name, and what their `data` line holds. */
export const LiveEvents = Type.Object({ hello: HelloEvent, device: DeviceSummary }, { $id: 'LiveEvents' });
export type LiveEvents = Static<typeof LiveEvents>;
