import { viewBits } from '../bitmaps.ts';
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
      return rows.map(({ bits, ...key }) => {
        const { on, active, blind } = viewBits(bits);
        return { device: key.device, day: key.day, on: on.slice(), active: active.slice(), blind: blind.slice() };
      });
    },
  };
}
