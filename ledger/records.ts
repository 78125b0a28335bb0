import type { KeptHardware } from './hardware.ts';
import type { CommandName, CommandReason, Notice, SelfTestFinding } from '../protocol/commands.ts';
import type { DeviceSettings, SettingKey } from '../protocol/device-settings.ts';
import type { Birth, Event, Inventory, Metrics, Report, Security, Session } from './payload-types.ts';

/** Instants are epoch milliseconds of the server's clock, days are `yyyy-mm-dd` in the unit's zone, ids are 26 characters of [a-z0-9]. */
export type Instant = number;
export type Id = string;
export type Day = string;

export const UNIT_KINDS = ['province', 'department', 'commune', 'school', 'site', 'room', 'seat'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

export const DEVICE_CLASSES = ['pc-student', 'pc-teacher', 'pc-office', 'server', 'tv', 'board', 'projector', 'other'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

export const ROLES = ['admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export interface Unit {
  readonly id: Id;
  /** Unique; the organisation's own code (a school code, a room number with its school's). Opaque. */
  readonly code: string;
  readonly kind: UnitKind;
  readonly name: string;
  readonly parent: Id | null;
  /** IANA zone; null inherits, the root's default is Asia/Ho_Chi_Minh. */
  readonly zone: string | null;
}

/** A unit with its names and codes from the root down to itself. */
export interface UnitPlace extends Unit {
  readonly path: readonly { readonly id: Id; readonly code: string; readonly kind: UnitKind; readonly name: string }[];
  readonly effectiveZone: string;
}

/** What enrolment tells about the hardware. Junk values are left out by the agent. Each list is sorted. */
export interface Fingerprint {
  readonly uuid?: string;
  readonly board?: string;
  readonly macs: readonly string[];
  readonly disks: readonly string[];
}

export interface Device {
  readonly id: Id;
  readonly class: DeviceClass;
  /** Label of the seat or name given by a person; never a host name. */
  readonly name: string;
  readonly unit: Id;
  readonly enrolledAt: Instant;
  readonly revokedAt: Instant | null;
  readonly fingerprint: Fingerprint;
  /** The device whose disk this machine's is a copy of; null = it was enrolled with a token. */
  readonly clonedFrom: Id | null;
}

export interface EnrolmentToken {
  readonly id: Id;
  readonly unit: Id;
  readonly class: DeviceClass;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly maxUses: number;
  readonly uses: number;
  readonly revokedAt: Instant | null;
}

/** Sequence numbers stored of one outbox: all up to `contiguous`, and these later ranges (inclusive, sorted, apart). */
export interface StreamState {
  readonly device: Id;
  readonly stream: Id;
  readonly contiguous: number;
  readonly ahead: readonly (readonly [number, number])[];
}

/** What is known of a device's clock in its present boot: true time = `offset` + mono. */
export interface ClockState {
  readonly boot: string;
  readonly offset: Instant;
}

/** The newest of everything a device said; each part carries the corrected time it is about. */
export interface DeviceState {
  readonly device: Id;
  /** null = never heard. */
  readonly lastSeen: Instant | null;
  /** null = unknown (no presence yet). */
  readonly online: boolean | null;
  /** When presence last changed, and why. */
  readonly presenceAt: Instant | null;
  readonly presenceReason: string | null;
  readonly clock: ClockState | null;
  /** Agent clock minus true time, ms; null = not measured. */
  readonly skew: number | null;
  readonly reportAt: Instant | null;
  readonly session: Session | null;
  /** State of the last minute reported. */
  readonly use: 'idle' | 'active' | 'blind' | 'off' | null;
  readonly metrics: Metrics | null;
  readonly birthAt: Instant | null;
  readonly birth: Birth | null;
  readonly inventoryAt: Instant | null;
  readonly inventory: Inventory | null;
  /** What is remembered of the parts over inventories. */
  readonly hardware: KeptHardware | null;
  readonly securityAt: Instant | null;
  readonly security: Security | null;
  readonly event: Event | null;
  readonly eventAt: Instant | null;
  /** End of the last reported minute that was on: everything before it that is neither on nor unseen was off. */
  readonly observedUntil: Instant | null;
}

/** The state of a device that was never heard: nothing is known. */
export const unheard = (device: Id): DeviceState => ({
  device,
  lastSeen: null,
  online: null,
  presenceAt: null,
  presenceReason: null,
  clock: null,
  skew: null,
  reportAt: null,
  session: null,
  use: null,
  metrics: null,
  birthAt: null,
  birth: null,
  inventoryAt: null,
  inventory: null,
  hardware: null,
  securityAt: null,
  security: null,
  event: null,
  eventAt: null,
  observedUntil: null,
});

/** Minutes of one local day: 1,440 bits each, bit i = minute i of the day, most significant bit first; 180 bytes. */
export interface DayUse {
  readonly device: Id;
  readonly day: Day;
  readonly on: Uint8Array;
  readonly active: Uint8Array;
  readonly blind: Uint8Array;
  /** Minutes the device itself says nobody watched: not on, yet not known to be off. Absent when there are none. */
  readonly unseen?: Uint8Array;
}

/** Minutes of one local day that nobody watched, as in DayUse. */
export interface DayUnseen {
  readonly device: Id;
  readonly day: Day;
  readonly unseen: Uint8Array;
}

export interface SpoolRow {
  readonly id: number;
  /** One line of InfluxDB line protocol, time in milliseconds. */
  readonly line: string;
}

export interface DeadLetter {
  readonly line: string;
  readonly reason: string;
  readonly at: Instant;
}

/** A message that was refused but not lost. */
export interface ParkedMessage {
  readonly device: Id;
  readonly kind: string;
  readonly code: string;
  readonly detail: string;
  readonly payload: Uint8Array;
  readonly at: Instant;
}

export interface User {
  readonly id: Id;
  readonly name: string;
  readonly role: Role;
  readonly mustChangePassword: boolean;
}

export interface AuditEntry {
  readonly at: Instant;
  /** Name of the user, or the command. */
  readonly who: string;
  readonly what: string;
  readonly subject: string;
}

export const RELEASE_STATES = ['active', 'paused'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** How many of a unit's devices may take a release. */
export interface ReleaseStep {
  /** null = every unit. */
  readonly unit: Id | null;
  /** 0 to 100. */
  readonly percent: number;
}

/** A signed release of the agent and who may take it. */
export interface Release {
  readonly id: Id;
  readonly version: string;
  /** The signed bytes, as text (protocol/release.ts). */
  readonly manifest: string;
  readonly signatures: readonly string[];
  readonly publishedAt: Instant;
  readonly state: ReleaseState;
  readonly steps: readonly ReleaseStep[];
}

/** What a device said of its updates, and what came of them. */
export interface DeviceUpdate {
  readonly device: Id;
  readonly askedAt: Instant;
  /** What it runs, as it said last. */
  readonly version: string;
  readonly platform: string;
  /** The packed file it can hand to neighbours, and where. */
  readonly have: string | null;
  readonly near: string | null;
  /** The release it was last shown a way to, and how often. */
  readonly offered: string | null;
  readonly offers: number;
  /** Offers of this day (days since 1970 of the server's clock). */
  readonly day: number;
  readonly offersToday: number;
  /** How often it came back with an older version than it had, without having gone back by itself. */
  readonly returns: number;
  /** The version it falls back to whatever it installs: its disk is frozen. Nothing is offered while it still runs that. */
  readonly frozenAt: string | null;
  /** Releases it tried and went back from. */
  readonly failed: readonly string[];
}

/** Whose settings or commands: of a unit with everything under it, or of one device. */
export type Scope = { readonly unit: Id } | { readonly device: Id };

/** What holds for a unit or device, key by key, and where it was set: the nearest wins. */
export type EffectiveSettings = { readonly [K in SettingKey]?: { readonly value: DeviceSettings[K]; readonly from: Scope } };

/** What a device was given last. */
export interface IssuedConfig {
  readonly device: Id;
  /** 0 = nothing was ever given. */
  readonly version: number;
  readonly settings: DeviceSettings;
  /** The version that the device says is in force; 0 = its own. */
  readonly confirmed: number;
}

/** A configuration that its device has not confirmed, and how that device is connected. */
export interface UnconfirmedConfig extends IssuedConfig {
  readonly online: boolean | null;
  readonly presenceAt: Instant | null;
}

/** What a device says of a configuration: that it is in force, or that one setting of it was refused. */
export interface ConfigTold {
  readonly device: Id;
  readonly version: number;
  readonly at: Instant;
  readonly refused?: SettingKey;
}

export const COMMAND_STATES = ['waiting', 'done', 'refused', 'failed', 'expired'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export interface CommandRecord {
  readonly id: Id;
  /** Who carries it out; for `wake` a neighbour of the one that shall wake. */
  readonly device: Id;
  readonly name: CommandName;
  readonly notice: Notice | null;
  /** `wake` only: the device to wake. */
  readonly target: Id | null;
  readonly who: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
  /** Last handed to the broker; null = not yet. */
  readonly sentAt: Instant | null;
  readonly state: CommandState;
  readonly reason: CommandReason | null;
  /** What a self-test found wrong. */
  readonly findings: readonly SelfTestFinding[];
  readonly settledAt: Instant | null;
}

/** A command to be handed to the broker. */
export interface CommandToSend {
  readonly command: CommandRecord;
  /** `wake` only. */
  readonly macs: readonly string[];
}

/** What a device says became of a command. */
export interface CommandAnswer {
  readonly id: Id;
  readonly device: Id;
  readonly state: 'done' | 'refused' | 'failed';
  readonly reason: CommandReason | null;
  readonly findings: readonly SelfTestFinding[];
  readonly at: Instant;
}

export type { Birth, Event, Inventory, Metrics, Report, Security, Session };
