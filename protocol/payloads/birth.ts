import { Type, type Static } from 'typebox';
import { sequencedFields } from '../envelope.ts';
import { EpochMs, OneOf, Product, Zone } from '../text.ts';

export const LAST_ENDS = ['clean', 'crash', 'power', 'first', 'unknown'] as const;
export const STARTS = ['cold', 'fast', 'hibernated'] as const;
export const OS_FAMILIES = ['linux', 'windows', 'webos', 'tizen', 'android', 'other'] as const;

/** Each start, or a reconnect after more than 10 minutes. */
export const Birth = Type.Object(
  {
    ...sequencedFields,
    agent: Product('Version of the agent.'),
    os: Type.Object({
      family: OneOf(OS_FAMILIES, 'Family of the operating system.'),
      name: Product('e.g. "Windows 10 Pro", "Debian GNU Linux".'),
      version: Type.Optional(Product('e.g. 10.0.19045, 12.11.')),
      arch: Product('e.g. x64, arm64.'),
    }),
    bootAt: EpochMs('When the machine booted, by its own clock.'),
    start: Type.Optional(
      OneOf(STARTS, 'How it booted: cold, out of the half sleep of Windows Fast Startup, or out of hibernation. Absent = not told.'),
    ),
    end: OneOf(
      LAST_ENDS,
      'Why the last run of the agent ended: stopped (clean), died alone (crash), died with the machine (power), no run before (first).',
    ),
    zone: Zone,
    dropped: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Messages dropped for want of room since the stream began.',
    }),
    oldest: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Oldest sequence number still in the outbox: nothing below it will come any more.',
    }),
    config: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Version of the configuration in force; 0 for the built-in one.',
    }),
  },
  { $id: 'birth', description: 'Each start, or a reconnect after more than 10 minutes.' },
);
export type Birth = Static<typeof Birth>;
