import type { UsageLedger } from '../owners.ts';
import type { Db } from '../schema.ts';

export function usageLedger(db: Db): UsageLedger {
  return {
    days: async (device, from, to) => {
      const rows = await db
        .selectFrom('device_days')
        .selectAll()
        .where('device', '=', device)
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
        .execute();
      return rows.map((row) => ({ device: row.device, day: row.day, on: row.on_bits, active: row.active_bits, blind: row.blind_bits }));
    },
  };
}
