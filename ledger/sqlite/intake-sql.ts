import { unheard } from '../records.ts';
import { stateRowOf } from '../queries/rows.ts';
import type { StateRow } from '../schema.ts';
import type { SqliteFile } from './file.ts';

/** Columns of a state, in the order in which they are read and written. */
export const STATE_COLUMNS = Object.keys(stateRowOf(unheard(''), 0)) as (keyof StateRow)[];

/** Values in the order of STATE_COLUMNS as a row; a plain loop, because this runs for every report. */
export function asStateRow(values: readonly unknown[]): StateRow {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < STATE_COLUMNS.length; i++) row[STATE_COLUMNS[i]!] = values[i];
  return row as unknown as StateRow;
}

/** Whatever is asked for by many keys is asked for once, with the keys as one JSON array: a third of the time of single questions. */
const SQL = {
  devices: `SELECT d.id, d.class, d.name, d.enrolled_at, d.revoked_at, d.fingerprint_json, p.unit, d.cloned_from
    FROM json_each(?) k CROSS JOIN devices d ON d.id = k.value
    JOIN device_placements p ON p.device = d.id AND p.until IS NULL WHERE d.revoked_at IS NULL`,
  known: 'SELECT d.id FROM json_each(?) k CROSS JOIN devices d ON d.id = k.value',
  chain: `WITH RECURSIVE chain(id, code, kind, name, parent, zone, step) AS (
      SELECT id, code, kind, name, parent, zone, 0 FROM units WHERE id = ?
      UNION ALL SELECT u.id, u.code, u.kind, u.name, u.parent, u.zone, step + 1 FROM units u JOIN chain ON chain.parent = u.id)
    SELECT id, code, kind, name, parent, zone FROM chain ORDER BY step`,
  tally: 'SELECT value FROM tallies WHERE name = ?',
  addToTally: 'UPDATE tallies SET value = value + ? WHERE name = ?',
  streams: `SELECT s.device, s.stream, s.contiguous, s.ahead_json
    FROM json_each(?) k CROSS JOIN streams s ON s.device = k.value ->> 0 AND s.stream = k.value ->> 1`,
  saveStream: `INSERT INTO streams (device, stream, contiguous, ahead_json) VALUES (?, ?, ?, ?)
    ON CONFLICT (device, stream) DO UPDATE SET contiguous = excluded.contiguous, ahead_json = excluded.ahead_json`,
  trimStreams: `DELETE FROM streams WHERE device = :device
    AND rowid <= (SELECT rowid FROM streams WHERE device = :device ORDER BY rowid DESC LIMIT 1 OFFSET :kept)`,
  states: `SELECT ${STATE_COLUMNS.map((column) => `s.${column}`).join(', ')}
    FROM json_each(?) k CROSS JOIN device_states s ON s.device = k.value`,
  saveState: `INSERT INTO device_states (${STATE_COLUMNS.join(', ')}) VALUES (${STATE_COLUMNS.map(() => '?').join(', ')})
    ON CONFLICT (device) DO UPDATE SET ${STATE_COLUMNS.slice(1)
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')}`,
  documents: 'SELECT kind, body_json FROM device_documents WHERE device = ?',
  saveDocument: `INSERT INTO device_documents (device, kind, body_json) VALUES (?, ?, ?)
    ON CONFLICT (device, kind) DO UPDATE SET body_json = excluded.body_json`,
  dropDocument: 'DELETE FROM device_documents WHERE device = ? AND kind = ?',
  day: 'SELECT bits FROM device_days WHERE device = ? AND day = ?',
  saveDay: 'INSERT INTO device_days (device, day, bits) VALUES (?, ?, ?) ON CONFLICT (device, day) DO UPDATE SET bits = excluded.bits',
  unseenDay: 'SELECT bits FROM device_unseen WHERE device = ? AND day = ?',
  saveUnseen: 'INSERT INTO device_unseen (device, day, bits) VALUES (?, ?, ?) ON CONFLICT (device, day) DO UPDATE SET bits = excluded.bits',
  spool: 'INSERT INTO spool (at, line) VALUES (?, ?)',
  park: 'INSERT INTO parked (at, device, kind, code, detail, payload) VALUES (?, ?, ?, ?, ?, ?)',
  answer: `UPDATE commands SET state = :state, reason = :reason, findings_json = :findings, settled_at = :at
    WHERE id = :id AND device = :device AND (settled_at IS NULL OR state = 'expired' OR settled_at <= :at)`,
  audit: 'INSERT INTO audit (at, who, what, subject) VALUES (?, ?, ?, ?)',
  confirm: `INSERT INTO device_configs (device, version, settings_json, confirmed, told_at, due) VALUES (?, 0, '{}', ?, ?, 1)
    ON CONFLICT (device) DO UPDATE SET confirmed = excluded.confirmed, told_at = excluded.told_at, due = 1
    WHERE excluded.told_at >= device_configs.told_at`,
  trimParked: 'DELETE FROM parked WHERE id <= (SELECT max(id) FROM parked) - ?',
} as const;

export type IntakeStatements = { readonly [K in keyof typeof SQL]: ReturnType<SqliteFile['statement']> };

export function intakeStatements(file: SqliteFile): IntakeStatements {
  return Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, file.statement(sql)])) as unknown as IntakeStatements;
}
