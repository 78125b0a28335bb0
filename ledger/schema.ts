import type { Generated, Kysely } from 'kysely';

/** The tables as the queries see them. Instants are epoch ms, yes/no is 1/0, `…_json` is text, binary is bytes. */
export interface Tables {
  units: UnitRow;
  devices: DeviceRow;
  device_placements: PlacementRow;
  device_marks: MarkRow;
  device_secrets: DeviceSecretRow;
  device_states: StateRow;
  device_documents: DocumentRow;
  device_days: DayRow;
  device_unseen: UnseenRow;
  streams: StreamRow;
  tokens: TokenRow;
  spool: SpoolTableRow;
  dead_letters: DeadLetterRow;
  parked: ParkedRow;
  tallies: TallyRow;
  users: UserRow;
  sessions: SessionRow;
  api_tokens: ApiTokenRow;
  audit: AuditRow;
  releases: ReleaseRow;
  release_steps: ReleaseStepRow;
  device_updates: DeviceUpdateRow;
  update_leases: UpdateLeaseRow;
  settings: SettingRow;
  device_configs: ConfigRow;
  commands: CommandRow;
}

export type Db = Kysely<Tables>;

export interface UnitRow {
  id: string;
  code: string;
  kind: string;
  name: string;
  parent: string | null;
  zone: string | null;
}

export interface DeviceRow {
  id: string;
  class: string;
  name: string;
  /** Name without marks and capitals, and the id: what a search looks through. */
  search: string;
  fingerprint_json: string;
  /** The token it last enrolled with. */
  token: string;
  enrolled_at: number;
  revoked_at: number | null;
  secret_hash: Uint8Array;
  secret_at: number;
  /** The device whose disk this machine's is a copy of. */
  cloned_from: string | null;
  /** The first of all the devices that came from one disk, by copies of copies too. */
  family: string | null;
  /** Random; tells apart machines whose hardware says the same. */
  twin: string | null;
  /** The boot that was last told that it may keep this id, since when it runs, and when that was. */
  holder_boot: string | null;
  holder_since: number | null;
  holder_at: number | null;
}

/** A secret the device had before; it opens no connection, but still proves whose data folder it lies in. */
export interface DeviceSecretRow {
  device: string;
  hash: Uint8Array;
  until: number;
}

/** Where a device stood from `since` until `until`; null = still there. */
export interface PlacementRow {
  device: string;
  unit: string;
  since: number;
  until: number | null;
}

/** One part of a fingerprint, to find candidates by. */
export interface MarkRow {
  device: string;
  part: string;
  value: string;
}

export interface StateRow {
  device: string;
  last_seen: number | null;
  online: number | null;
  presence_at: number | null;
  presence_reason: string | null;
  clock_boot: string | null;
  clock_offset: number | null;
  skew: number | null;
  report_at: number | null;
  session: string | null;
  use_state: string | null;
  metrics_json: string | null;
  observed_until: number | null;
  birth_at: number | null;
  inventory_at: number | null;
  security_at: number | null;
  event_at: number | null;
  /** Grows whenever one of the documents is written. */
  documents_version: number;
}

/** The newest birth, inventory, security and event, and what is remembered of the parts: large and rarely new, so they are kept apart from the state. */
export interface DocumentRow {
  device: string;
  kind: string;
  body_json: string;
}

export interface DayRow {
  device: string;
  day: string;
  /** on, active and blind, one after the other: 540 bytes. */
  bits: Uint8Array;
}

/** Minutes of a local day that nobody watched: 180 bytes. */
export interface UnseenRow {
  device: string;
  day: string;
  bits: Uint8Array;
}

export interface StreamRow {
  device: string;
  stream: string;
  contiguous: number;
  /** Array of [first, last]. */
  ahead_json: string;
}

export interface TokenRow {
  id: string;
  unit: string;
  class: string;
  created_at: number;
  expires_at: number;
  max_uses: number;
  uses: number;
  revoked_at: number | null;
  secret_hash: Uint8Array;
}

export interface SpoolTableRow {
  id: Generated<number>;
  at: number;
  line: string;
}

export interface DeadLetterRow {
  id: Generated<number>;
  at: number;
  line: string;
  reason: string;
}

export interface ParkedRow {
  id: Generated<number>;
  at: number;
  device: string;
  kind: string;
  code: string;
  detail: string;
  payload: Uint8Array;
}

/** Counts kept beside what they count, so that asking for them reads no table. */
export interface TallyRow {
  name: string;
  value: number;
}
export const TALLIES = ['spool_rows', 'spool_bytes', 'dead', 'parked', 'units_version', 'settings_version'] as const;
export type Tally = (typeof TALLIES)[number];

export interface UserRow {
  id: string;
  name: string;
  /** Name as it is compared: NFC, lower case. */
  name_key: string;
  role: string;
  password_hash: string;
  must_change: number;
  created_at: number;
}

export interface SessionRow {
  hash: Uint8Array;
  user_id: string;
  created_at: number;
  expires_at: number;
}

export interface ApiTokenRow {
  hash: Uint8Array;
  user_id: string;
  name: string;
  created_at: number;
  expires_at: number;
}

export interface AuditRow {
  id: Generated<number>;
  at: number;
  who: string;
  what: string;
  subject: string;
}

export interface ReleaseRow {
  id: string;
  version: string;
  /** The signed bytes, as text. */
  manifest: string;
  signatures_json: string;
  published_at: number;
  state: string;
}

export interface ReleaseStepRow {
  release: string;
  /** '' = every unit. */
  unit: string;
  percent: number;
  since: number;
}

export interface DeviceUpdateRow {
  device: string;
  asked_at: number;
  version: string;
  platform: string;
  have: string | null;
  near: string | null;
  progress_json: string;
}

export interface UpdateLeaseRow {
  school: string;
  sha256: string;
  device: string;
  until: number;
}

/** One setting of a unit or of a device. */
export interface SettingRow {
  scope: string;
  scope_id: string;
  key: string;
  value_json: string;
}

/** What a device was given last, and what it says it has. */
export interface ConfigRow {
  device: string;
  version: number;
  settings_json: string;
  /** Version in force at the device, as it said; 0 = none of ours. */
  confirmed: number;
  /** When it said so; 0 = never. */
  told_at: number;
  /** 1 = the device said something since it was last worked out. */
  due: number;
}

export interface CommandRow {
  id: string;
  device: string;
  name: string;
  notice: string | null;
  target: string | null;
  who: string;
  at: number;
  expires_at: number;
  sent_at: number | null;
  state: string;
  reason: string | null;
  findings_json: string;
  settled_at: number | null;
}
