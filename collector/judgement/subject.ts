import type { Device, DeviceState, Instant } from '../../ledger/index.ts';
import type { AntivirusView } from './antivirus.ts';
import type { Connection } from './connection.ts';

/** What a rule looks at: one device, everything last known of it, and now (server clock). */
export interface Subject {
  readonly device: Device;
  readonly state: DeviceState;
  readonly now: Instant;
  readonly connection: Connection;
  readonly antivirus: AntivirusView;
}

export const SEVERITIES = ['urgent', 'warning', 'notice'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Words {
  readonly vi: string;
  readonly en: string;
}

/** Something that is wrong with a device now: what it is, and what a teacher can do about it. */
export interface Trouble {
  readonly code: string;
  readonly severity: Severity;
  readonly what: Words;
  readonly advice: Words;
  /** Since when, if that is known. */
  readonly since: Instant | null;
}

/** Pure. What is not known raises nothing: unknown is never wrong. */
export interface Rule {
  readonly name: string;
  /** Every code it can raise; docs/http-api.md explains each. */
  readonly codes: readonly string[];
  check(subject: Subject): Trouble | undefined;
}
