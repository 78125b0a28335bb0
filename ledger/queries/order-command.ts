import { COMMAND_TABLE, isRisky } from '../../protocol/commands.ts';
import { newId } from '../../runtime/ids.ts';
import type { CommandOrder, CommandSkip, CommandsOrdered } from '../owners.ts';
import type { Device, Id, UnitKind, UnitPlace } from '../records.ts';
import type { CommandRow, Db } from '../schema.ts';
import { below, deviceById, placed } from './devices.ts';
import { chunks, commandOf, deviceOf } from './rows.ts';
import { effectiveSettings } from './settings.ts';
import { placeById } from './units.ts';

/** Of one device the newest are kept, and all that wait; the audit log keeps them all. */
const KEPT_PER_DEVICE = 100;

async function devicesOf(db: Db, { scope }: CommandOrder): Promise<Device[] | undefined> {
  if ('device' in scope) {
    const device = await deviceById(db, scope.device);
    return device === undefined ? undefined : [device];
  }
  if ((await placeById(db, scope.unit)) === undefined) return undefined;
  const rows = await placed(db).where('placement.unit', 'in', below(db, scope.unit)).orderBy('devices.id').execute();
  return rows.map(deviceOf);
}

const nearest = (place: UnitPlace, kinds: readonly UnitKind[]): Id | undefined =>
  place.path.findLast(({ kind }) => kinds.includes(kind))?.id;

/**
 * A device that is on and most likely on the same wire: of the same room, else of the same site or school. Which of them is left to
 * chance, so that one that cannot reach the sleeper is not asked every time.
 */
async function neighbourOf(db: Db, device: Device): Promise<Id | undefined> {
  const place = await placeById(db, device.unit);
  if (place === undefined) return undefined;
  for (const unit of [nearest(place, ['room']) ?? place.id, nearest(place, ['site', 'school'])]) {
    if (unit === undefined) continue;
    const rows = await db
      .selectFrom('device_placements as placement')
      .innerJoin('device_states as state', 'state.device', 'placement.device')
      .innerJoin('devices', 'devices.id', 'placement.device')
      .select('placement.device')
      .where('placement.until', 'is', null)
      .where('placement.unit', 'in', below(db, unit))
      .where('placement.device', '<>', device.id)
      .where('devices.revoked_at', 'is', null)
      .where('state.online', '=', 1)
      .limit(50)
      .execute();
    if (rows.length > 0) return rows[Math.floor(Math.random() * rows.length)]!.device;
  }
  return undefined;
}

/** Who carries it out, or why nobody does. */
async function carrierOf(db: Db, { name }: CommandOrder, device: Device): Promise<{ by: Id } | { skip: CommandSkip }> {
  if (device.revokedAt !== null) return { skip: 'revoked' };
  if (isRisky(name)) {
    const allowed = (await effectiveSettings(db, { device: device.id }))?.allow?.value ?? [];
    return allowed.includes(name) ? { by: device.id } : { skip: 'not-allowed' };
  }
  if (name !== 'wake') return { by: device.id };
  if (device.fingerprint.macs.length === 0) return { skip: 'no-address' };
  const by = await neighbourOf(db, device);
  return by === undefined ? { skip: 'no-neighbour' } : { by };
}

async function trim(db: Db, device: Id): Promise<void> {
  const oldest = await db
    .selectFrom('commands')
    .select('at')
    .where('device', '=', device)
    .orderBy('at', 'desc')
    .offset(KEPT_PER_DEVICE)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await db.deleteFrom('commands').where('state', '<>', 'waiting').where('device', '=', device).where('at', '<=', oldest.at).execute();
}

/** See CommandsLedger.order. Within a transaction. */
export async function orderCommand(db: Db, order: CommandOrder): Promise<CommandsOrdered | undefined> {
  const devices = await devicesOf(db, order);
  if (devices === undefined) return undefined;
  const { name, notice, at, who, minutes = COMMAND_TABLE[name].minutes } = order;
  const rows: CommandRow[] = [];
  const skipped: { device: Id; reason: CommandSkip }[] = [];
  for (const device of devices) {
    const carrier = await carrierOf(db, order, device);
    if ('skip' in carrier) {
      skipped.push({ device: device.id, reason: carrier.skip });
      continue;
    }
    rows.push({
      id: newId(),
      device: carrier.by,
      name,
      notice: name === 'locate' ? (notice ?? 'here') : null,
      target: name === 'wake' ? device.id : null,
      who,
      at,
      expires_at: at + minutes * 60_000,
      sent_at: null,
      state: 'waiting',
      reason: null,
      findings_json: '[]',
      settled_at: null,
    });
  }
  for (const part of chunks(rows)) {
    await db.insertInto('commands').values(part).execute();
    const entries = part.map((row) => ({
      at,
      who,
      what: `command-${name.replace('_', '-')}`,
      subject: `${row.target ?? row.device} ${row.id}`,
    }));
    await db.insertInto('audit').values(entries).execute();
  }
  for (const device of new Set(rows.map((row) => row.device))) await trim(db, device);
  return { ordered: rows.map(commandOf), skipped };
}
