import type { CommandsLedger } from '../owners.ts';
import type { CommandToSend, Fingerprint, Id, Instant } from '../records.ts';
import type { Db } from '../schema.ts';
import { orderCommand } from './order-command.ts';
import { chunks, commandOf } from './rows.ts';

/** An answer may be on its way when the time is over. */
const ANSWER_TAKES_MS = 60_000;

async function toSend(db: Db, at: Instant, before: Instant, limit: number): Promise<CommandToSend[]> {
  const rows = await db
    .selectFrom('commands')
    .innerJoin('device_states as state', 'state.device', 'commands.device')
    .leftJoin('devices as target', 'target.id', 'commands.target')
    .selectAll('commands')
    .select('target.fingerprint_json')
    .where('commands.state', '=', 'waiting')
    .where('commands.expires_at', '>', at)
    .where('state.online', '=', 1)
    .where((where) =>
      where.or([
        where('commands.sent_at', 'is', null),
        where('commands.sent_at', '<=', before),
        where('commands.sent_at', '<', where.ref('state.presence_at')),
      ]),
    )
    .orderBy('commands.at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    command: commandOf(row),
    macs: row.fingerprint_json === null ? [] : (JSON.parse(row.fingerprint_json) as Fingerprint).macs.slice(0, 8),
  }));
}

async function expire(db: Db, at: Instant): Promise<number> {
  const rows = await db
    .selectFrom('commands')
    .select(['id', 'device', 'name'])
    .where('state', '=', 'waiting')
    .where((where) =>
      where.or([where.and([where('sent_at', 'is', null), where('expires_at', '<=', at)]), where('expires_at', '<=', at - ANSWER_TAKES_MS)]),
    )
    .execute();
  for (const part of chunks(rows)) {
    const ids = part.map(({ id }) => id);
    await db.updateTable('commands').set({ state: 'expired', settled_at: at }).where('id', 'in', ids).execute();
    await db
      .insertInto('audit')
      .values(part.map(({ id, device }) => ({ at, who: 'collector', what: 'command-expired', subject: `${device} ${id}` })))
      .execute();
  }
  return rows.length;
}

async function markSent(db: Db, ids: readonly Id[], at: Instant): Promise<void> {
  for (const part of chunks(ids)) await db.updateTable('commands').set({ sent_at: at }).where('id', 'in', part).execute();
}

export function commandsLedger(db: Db): CommandsLedger {
  return {
    order: (order) => db.transaction().execute((tx) => orderCommand(tx, order)),
    list: async ({ device, limit }) => {
      let query = db.selectFrom('commands').selectAll().orderBy('at', 'desc').orderBy('id').limit(limit);
      if (device !== undefined) query = query.where((where) => where.or([where('device', '=', device), where('target', '=', device)]));
      return (await query.execute()).map(commandOf);
    },
    toSend: (at, before, limit) => toSend(db, at, before, limit),
    sent: (ids, at) => markSent(db, ids, at),
    expire: (at) => db.transaction().execute((tx) => expire(tx, at)),
  };
}
