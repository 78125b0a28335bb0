import type { CommandName, Notice } from '../protocol/commands.ts';
import type { DeviceSettings } from '../protocol/device-settings.ts';
import type {
  AuditEntry,
  CommandAnswer,
  CommandRecord,
  CommandToSend,
  ConfigTold,
  Day,
  DayUnseen,
  DayUse,
  DeadLetter,
  Device,
  DeviceClass,
  DeviceState,
  DeviceUpdate,
  EffectiveSettings,
  EnrolmentToken,
  Fingerprint,
  Id,
  Instant,
  IssuedConfig,
  ParkedMessage,
  Release,
  ReleaseState,
  ReleaseStep,
  Role,
  Scope,
  SpoolRow,
  StreamState,
  UnconfirmedConfig,
  Unit,
  UnitPlace,
  User,
} from './records.ts';

/** The tree of units. */
export interface UnitsLedger {
  /**
   * Adds, or changes by `code`; rows may come in any order. All or nothing.
   * @param onProgress told from time to time how many of how many rows are written
   * @returns how many were new and how many changed
   * @throws LabwatchError UNIT_… with `row` counted from 1 in its details
   */
  import(
    rows: readonly (Omit<Unit, 'id' | 'parent'> & { readonly parentCode: string | null })[],
    onProgress?: (done: number, all: number) => void,
  ): Promise<{ added: number; changed: number }>;
  /** Parents before children; siblings by name, numbers in it counted. */
  list(): Promise<UnitPlace[]>;
  byId(id: Id): Promise<UnitPlace | undefined>;
  byCode(code: string): Promise<UnitPlace | undefined>;
}

export interface DeviceFilter {
  /** This unit and everything under it. */
  readonly unit?: Id;
  /** Part of the name or id, case-insensitive. */
  readonly text?: string;
  /** Devices with an id greater than this one. */
  readonly after?: Id;
  readonly limit: number;
}

export interface DevicesLedger {
  byId(id: Id): Promise<Device | undefined>;
  /** Ordered by id. */
  list(filter: DeviceFilter): Promise<Device[]>;
  count(): Promise<number>;
  /** One state per id that is known; devices never heard have a state of nulls. */
  states(ids: readonly Id[]): Promise<Map<Id, DeviceState>>;
  revoke(id: Id, at: Instant): Promise<boolean>;
}

export type EnrolOutcome =
  | {
      readonly outcome: 'new' | 'known';
      readonly device: Id;
      /** base64url of 256 random bits; only its SHA-256 is kept. */ readonly secret: string;
    }
  | { readonly outcome: 'refused'; readonly reason: 'unknown-token' | 'expired' | 'used-up' | 'token-revoked' | 'device-revoked' };

/** A machine shows the secret of a device instead of a token. */
export interface ProofRequest {
  readonly device: Id;
  readonly secret: string;
  readonly fingerprint: Fingerprint;
  /** Label of the seat. */
  readonly name: string;
  readonly at: Instant;
  /** This boot of the machine, and when it was started, by the server's clock. */
  readonly boot: string;
  readonly bootAt: Instant;
  /** Somebody else takes the line from it. */
  readonly duplicate: boolean;
  /** Random, proposed by the machine: what it is told by if its hardware cannot tell it from another. */
  readonly twin: Id;
  /** New devices of one family (copies of one disk, and their copies) in 24 hours; 0 = none. */
  readonly clonesPerDay: number;
}

export type ProofOutcome =
  | {
      readonly outcome: 'known';
      readonly device: Id;
      /** The one that was shown. */
      readonly secret: string;
      readonly twin: Id | null;
      /** Its hardware is not what it was. */
      readonly changed: boolean;
    }
  | {
      /** `recognised`: the hardware is that of another device. `clone`: a new device beside the one whose secret was shown. */
      readonly outcome: 'recognised' | 'clone';
      readonly device: Id;
      readonly secret: string;
      readonly twin: Id | null;
    }
  | {
      readonly outcome: 'refused';
      /** `in-use`: somebody was heard under this id a moment ago, and it is not known whether that was another machine; ask again. */
      readonly reason: 'unknown-secret' | 'device-revoked' | 'token-revoked' | 'too-many-clones' | 'in-use';
    };

export type SecretCheck = 'ok' | 'unknown-device' | 'wrong-secret' | 'revoked';

export interface CredentialsLedger {
  /** @returns the token as text, shown once: `<id>.<secret>` */
  createToken(token: {
    unit: Id;
    class: DeviceClass;
    expiresAt: Instant;
    maxUses: number;
    at: Instant;
  }): Promise<{ token: EnrolmentToken; text: string }>;
  tokens(): Promise<EnrolmentToken[]>;
  revokeToken(id: Id, at: Instant): Promise<boolean>;
  /**
   * Token and fingerprint to a device with a fresh secret, in one transaction. A fingerprint that matches one device
   * (see identity.ts) gets its id back and its old secret stops working; a known device uses up nothing of the token.
   * Only devices are looked at that the token may speak for: those it enrolled, those of its school, those above or below
   * its unit. The same hardware anywhere else is a new device here, and the one that is known there stays untouched.
   */
  enrol(request: { token: string; fingerprint: Fingerprint; name: string; at: Instant; twin?: Id }): Promise<EnrolOutcome>;
  /**
   * Who is a machine that holds a secret of a device (the present one, or one of the eight before it)? In one transaction:
   *
   * - hardware of another device that it may speak for (of its family, or in one school and inside evidence agrees): that one;
   * - clearly other hardware: a new device in the same room and class; the one whose secret was shown stays untouched;
   * - the same hardware, or one part of it changed: the same device, and its secret stays, made the present one again if it
   *   was an earlier one;
   * - if another machine lives under the id and the hardware does not tell which is which, the one started later gets an id of
   *   its own and a random mark.
   */
  prove(request: ProofRequest): Promise<ProofOutcome>;
  /** Constant time in the secret. */
  checkSecret(device: Id, secret: string): Promise<SecretCheck>;
  /** Of these devices, those whose secret no longer works (revoked, or enrolled again since `connectedAt`). */
  noLongerValid(connected: readonly { device: Id; connectedAt: Instant }[]): Promise<Id[]>;
}

/** What one batch of messages may read and write, all in one transaction. */
export interface IntakeTransaction {
  /** Devices that exist and are not revoked, with the place that gives zone and tags. */
  devices(ids: readonly Id[]): Promise<Map<Id, { device: Device; place: UnitPlace }>>;
  streams(keys: readonly { device: Id; stream: Id }[]): Promise<StreamState[]>;
  /** Of one device the 20 streams that began last are kept; one that is forgotten begins anew when it is heard again. */
  saveStreams(states: readonly StreamState[]): Promise<void>;
  states(ids: readonly Id[]): Promise<Map<Id, DeviceState>>;
  saveStates(states: readonly DeviceState[]): Promise<void>;
  /** OR-s minutes into the days; where witnesses disagree active wins over blind (blind &= ~active after the OR). */
  orUse(rows: readonly DayUse[]): Promise<void>;
  /** OR-s minutes that nobody watched into the days. */
  orUnseen(rows: readonly DayUnseen[]): Promise<void>;
  spool(lines: readonly string[]): Promise<void>;
  /** Of all that was ever parked the newest 10,000 are kept: one faulty device must not fill the disk. */
  park(messages: readonly ParkedMessage[]): Promise<void>;
  /** What devices say became of commands; a later answer replaces an earlier one. Audited; unknown ones change nothing. */
  answerCommands(answers: readonly CommandAnswer[]): Promise<void>;
  /** Which configuration devices say they have, and settings they refused (audited); what was said earlier and comes late changes nothing. */
  confirmConfigs(told: readonly ConfigTold[]): Promise<void>;
}

export interface IntakeLedger {
  /** Runs `work` in one transaction; when the promise resolves, it is committed and on disk (fsync). */
  batch<T>(work: (tx: IntakeTransaction) => Promise<T>): Promise<T>;
}

export interface UsageLedger {
  /** Days that hold anything, unseen minutes too, ordered; missing days are all zero. */
  days(device: Id, from: Day, to: Day): Promise<DayUse[]>;
}

export interface SpoolLedger {
  /** The oldest rows, in order. */
  peek(limit: number): Promise<SpoolRow[]>;
  /** Takes rows away once they are stored; rejected ones go to the dead letters in the same transaction. */
  settle(stored: readonly number[], rejected: readonly { id: number; reason: string }[], at: Instant): Promise<void>;
  size(): Promise<{ rows: number; bytes: number; oldest: number | null }>;
  /** Of all there ever were the newest 100,000 are kept. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
  counts(): Promise<{ dead: number; parked: number }>;
  parked(limit: number): Promise<ParkedMessage[]>;
}

export interface UsersLedger {
  /** @throws LedgerError NAME_TAKEN, PASSWORD_TOO_SHORT */
  add(user: { name: string; role: Role; password: string; mustChangePassword: boolean }): Promise<User>;
  list(): Promise<User[]>;
  setPassword(name: string, password: string, mustChangePassword: boolean): Promise<boolean>;
  /** scrypt, constant time; an unknown name costs as much as a wrong password. */
  verify(name: string, password: string): Promise<User | undefined>;
  /** @returns the cookie's value; only its SHA-256 is kept. */
  openSession(user: Id, at: Instant, ttlMs: number): Promise<string>;
  /** With `slideMs` a valid session now lasts that much longer; to spare the disk it is only written when it gains 5 minutes. */
  session(value: string, at: Instant, slideMs?: number): Promise<User | undefined>;
  closeSession(value: string): Promise<void>;
  /** A bearer token for programs, shown once; only its SHA-256 is kept. */
  createApiToken(user: Id, name: string, at: Instant, expiresAt: Instant): Promise<string>;
  apiToken(value: string, at: Instant): Promise<User | undefined>;
}

/** Releases of the agent: who gets which, and who has it. */
export interface ReleasesLedger {
  /** Active, with no step: nobody gets it yet. @throws LabwatchError RELEASE_EXISTS */
  publish(release: { version: string; manifest: string; signatures: readonly string[]; at: Instant }): Promise<Release>;
  /** The newest version first. */
  list(): Promise<Release[]>;
  /** Replaces the step of that unit. */
  setStep(release: Id, step: ReleaseStep, at: Instant): Promise<void>;
  setState(release: Id, state: ReleaseState): Promise<void>;
  /** What the device said before; undefined when it never asked. */
  update(device: Id): Promise<DeviceUpdate | undefined>;
  /** Of a device that exists. */
  saveUpdate(update: DeviceUpdate): Promise<void>;
  /** Every device that ever asked, ordered by id. */
  updates(): Promise<DeviceUpdate[]>;
  /** Forgets that the device's disk is frozen, what failed on it, and how often it was offered something. */
  forgetUpdate(device: Id): Promise<boolean>;
  /** Devices under the unit, not revoked and not known to be off, that said since then that they can hand this file to neighbours. */
  holders(asked: { unit: Id; sha256: string; since: Instant; limit: number }): Promise<{ device: Id; near: string }[]>;
  /**
   * One device of a school at a time fetches a file from the server. The same device may renew.
   * @param most leases there may be in all
   * @returns whether it is this device's now
   */
  lease(wanted: { school: Id; sha256: string; device: Id; at: Instant; until: Instant; most: number }): Promise<boolean>;
  endLease(ended: { school: Id; sha256: string; device: Id }): Promise<void>;
}

export interface AuditLedger {
  write(entry: AuditEntry): Promise<void>;
  list(limit: number): Promise<AuditEntry[]>;
}

export interface SettingsLedger {
  /** What is set at this very unit or device. */
  own(scope: Scope): Promise<DeviceSettings>;
  /** @returns undefined when there is no such unit or device */
  effective(scope: Scope): Promise<EffectiveSettings | undefined>;
  /** Everything that is set anywhere, by unit and device. */
  list(): Promise<{ readonly scope: Scope; readonly settings: DeviceSettings }[]>;
  /**
   * Replaces what is set there; audited.
   * @returns false when there is no such unit or device
   * @throws LabwatchError SETTING_REFUSED with the key in its details
   */
  save(scope: Scope, settings: DeviceSettings, by: { readonly at: Instant; readonly who: string }): Promise<boolean>;
  /** Differs from before when settings or the tree changed. */
  mark(): Promise<string>;
  /**
   * Works out what devices should have and gives a new version to each that was given something else. A version is never
   * smaller than the time, than the one before and than what the device says it has: it grows for a restored ledger too.
   * @param which all devices, or those that said something since (a birth, an answer)
   * @returns how many got a new version
   */
  issue(at: Instant, which: 'all' | 'due'): Promise<number>;
  issued(device: Id): Promise<IssuedConfig>;
  /** By device, those whose device has another version in force. */
  unconfirmed(after: Id, limit: number): Promise<UnconfirmedConfig[]>;
}

export interface CommandOrder {
  readonly scope: Scope;
  readonly name: CommandName;
  readonly notice?: Notice;
  /** Until it expires; default: that of the command. */
  readonly minutes?: number;
  readonly at: Instant;
  readonly who: string;
}

/** Why one device gets no command. */
export type CommandSkip = 'not-allowed' | 'no-neighbour' | 'no-address' | 'revoked';

export interface CommandsOrdered {
  readonly ordered: readonly CommandRecord[];
  readonly skipped: readonly { readonly device: Id; readonly reason: CommandSkip }[];
}

export interface CommandsLedger {
  /**
   * A command for a device, or for every device of a unit and below; audited. Commands that need the leave of the unit are only
   * ordered where its settings give it; `wake` goes to a device of the same room, else school, that is on.
   * @returns undefined when there is no such unit or device
   */
  order(order: CommandOrder): Promise<CommandsOrdered | undefined>;
  /** Newest first; those that a device carries out and those that are about it. Without a device: of all. */
  list(filter: { readonly device?: Id; readonly limit: number }): Promise<CommandRecord[]>;
  /** Waiting ones of devices that are connected, not sent since `before` over the present connection. */
  toSend(at: Instant, before: Instant, limit: number): Promise<CommandToSend[]>;
  sent(ids: readonly Id[], at: Instant): Promise<void>;
  /** Ends those nobody answered in time; audited. @returns how many */
  expire(at: Instant): Promise<number>;
}

/** Small interfaces by owner, not one; a program takes the ones it needs. */
export interface Ledger {
  readonly units: UnitsLedger;
  readonly devices: DevicesLedger;
  readonly credentials: CredentialsLedger;
  readonly intake: IntakeLedger;
  readonly usage: UsageLedger;
  readonly spool: SpoolLedger;
  readonly users: UsersLedger;
  readonly audit: AuditLedger;
  readonly releases: ReleasesLedger;
  readonly settings: SettingsLedger;
  readonly commands: CommandsLedger;
  /** Free bytes on the disk that holds the ledger; null when it is elsewhere. */
  freeBytes(): Promise<number | null>;
  /** Resolves when a trivial read works. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
