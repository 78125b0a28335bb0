import type { KeptHardware } from '../hardware.ts';
import type {
  Birth,
  CommandRecord,
  Device,
  DeviceClass,
  DeviceState,
  EnrolmentToken,
  Event,
  Fingerprint,
  Id,
  Inventory,
  Metrics,
  Role,
  Security,
  Session,
  StreamState,
  Unit,
  User,
} from '../records.ts';
import { siftSettings, type DeviceSettings } from '../../protocol/device-settings.ts';
import type { CommandRow, DeviceRow, SettingRow, StateRow, StreamRow, TokenRow, UnitRow, UserRow } from '../schema.ts';
import { asKind } from '../unit-tree.ts';

/** Rows to records and back. Every adapter uses these, so that all of them keep the same. */

export const unitOf = (row: UnitRow): Unit => ({
  id: row.id,
  code: row.code,
  kind: asKind(row.kind),
  name: row.name,
  parent: row.parent,
  zone: row.zone,
});

export const deviceOf = (
  row: Pick<DeviceRow, 'id' | 'class' | 'name' | 'enrolled_at' | 'revoked_at' | 'fingerprint_json' | 'cloned_from'> & { unit: Id },
): Device => ({
  id: row.id,
  class: row.class as DeviceClass,
  name: row.name,
  unit: row.unit,
  enrolledAt: row.enrolled_at,
  revokedAt: row.revoked_at,
  fingerprint: JSON.parse(row.fingerprint_json) as Fingerprint,
  clonedFrom: row.cloned_from,
});

export const tokenOf = (row: TokenRow): EnrolmentToken => ({
  id: row.id,
  unit: row.unit,
  class: row.class as DeviceClass,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  maxUses: row.max_uses,
  uses: row.uses,
  revokedAt: row.revoked_at,
});

export const userOf = (row: Pick<UserRow, 'id' | 'name' | 'role' | 'must_change'>): User => ({
  id: row.id,
  name: row.name,
  role: row.role as Role,
  mustChangePassword: row.must_change === 1,
});

export const streamOf = (row: StreamRow): StreamState => ({
  device: row.device,
  stream: row.stream,
  contiguous: row.contiguous,
  ahead: JSON.parse(row.ahead_json) as [number, number][],
});

/** The large parts of a state, each in a row of its own. */
export const DOCUMENTS = ['birth', 'inventory', 'hardware', 'security', 'event'] as const;
export type DocumentKind = (typeof DOCUMENTS)[number];
export type Documents = { readonly [K in DocumentKind]: DeviceState[K] };

export const noDocuments: Documents = { birth: null, inventory: null, hardware: null, security: null, event: null };

export function documentsOf(rows: Iterable<{ kind: string; body_json: string }>): Documents {
  const found: { -readonly [K in DocumentKind]: unknown } = { ...noDocuments };
  for (const row of rows) found[row.kind as DocumentKind] = JSON.parse(row.body_json);
  return found as {
    birth: Birth | null;
    inventory: Inventory | null;
    hardware: KeptHardware | null;
    security: Security | null;
    event: Event | null;
  };
}

export const stateOf = (row: StateRow, documents: Documents): DeviceState => ({
  device: row.device,
  lastSeen: row.last_seen,
  online: row.online === null ? null : row.online === 1,
  presenceAt: row.presence_at,
  presenceReason: row.presence_reason,
  clock: row.clock_boot === null ? null : { boot: row.clock_boot, offset: row.clock_offset! },
  skew: row.skew,
  reportAt: row.report_at,
  session: row.session as Session | null,
  use: row.use_state as DeviceState['use'],
  metrics: row.metrics_json === null ? null : (JSON.parse(row.metrics_json) as Metrics),
  birthAt: row.birth_at,
  birth: documents.birth,
  inventoryAt: row.inventory_at,
  inventory: documents.inventory,
  hardware: documents.hardware,
  securityAt: row.security_at,
  security: documents.security,
  event: documents.event,
  eventAt: row.event_at,
  observedUntil: row.observed_until,
});

export const stateRowOf = (state: DeviceState, documentsVersion: number): StateRow => ({
  device: state.device,
  last_seen: state.lastSeen,
  online: state.online === null ? null : Number(state.online),
  presence_at: state.presenceAt,
  presence_reason: state.presenceReason,
  clock_boot: state.clock?.boot ?? null,
  clock_offset: state.clock?.offset ?? null,
  skew: state.skew,
  report_at: state.reportAt,
  session: state.session,
  use_state: state.use,
  metrics_json: state.metrics === null ? null : JSON.stringify(state.metrics),
  observed_until: state.observedUntil,
  birth_at: state.birthAt,
  inventory_at: state.inventoryAt,
  security_at: state.securityAt,
  event_at: state.eventAt,
  documents_version: documentsVersion,
});

/** Rows of one place; a value that an older or newer program wrote and that no longer fits is left out. */
export function settingsOf(rows: readonly SettingRow[]): DeviceSettings {
  return siftSettings(Object.fromEntries(rows.map(({ key, value_json }) => [key, JSON.parse(value_json) as unknown]))).settings;
}

export const commandOf = (row: CommandRow): CommandRecord => ({
  id: row.id,
  device: row.device,
  name: row.name as CommandRecord['name'],
  notice: row.notice as CommandRecord['notice'],
  target: row.target,
  who: row.who,
  at: row.at,
  expiresAt: row.expires_at,
  sentAt: row.sent_at,
  state: row.state as CommandRecord['state'],
  reason: row.reason as CommandRecord['reason'],
  findings: JSON.parse(row.findings_json) as CommandRecord['findings'],
  settledAt: row.settled_at,
});

/** Cut into pieces small enough for the number of parameters a statement may have. */
export function chunks<T>(items: readonly T[], size = 500): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
