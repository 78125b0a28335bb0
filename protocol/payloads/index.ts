import type { Kind } from '../topics.ts';
import { Birth } from './birth.ts';
import { Ack, Command, Config } from './down.ts';
import { Event } from './event.ts';
import { Inventory } from './inventory.ts';
import { Presence } from './presence.ts';
import { Report } from './report.ts';
import { Security } from './security.ts';

/** One schema per kind; the types below are inferred from them. */
export const PAYLOADS = {
  birth: Birth,
  report: Report,
  inventory: Inventory,
  security: Security,
  event: Event,
  presence: Presence,
  ack: Ack,
  config: Config,
  command: Command,
} as const satisfies Record<Kind, unknown>;

export interface Payloads {
  birth: Birth;
  report: Report;
  inventory: Inventory;
  security: Security;
  event: Event;
  presence: Presence;
  ack: Ack;
  config: Config;
  command: Command;
}

export type { Ack, Birth, Command, Config, Event, Inventory, Presence, Report, Security };
