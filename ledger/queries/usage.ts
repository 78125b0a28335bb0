import { packBits, viewBits } from '../bitmaps.ts';
import type { UsageLedger } from '../owners.ts';
import type { Day, DayUse, Id } from '../records.ts';
import type { Db } from '../schema.ts';

function rowsOf(db: Db, table: 'device_days' | 'device_unseen', device: Id, from: Day, to: Day): Promise<{ day: Day; bits: Uint8Array }[]> {
  return db
    .selectFrom(table)
    .select(['day', 'bits'])
    .where('device', '=', device)
    .where('day', '>=', from)
    .where('day', '<=', to)
    .execute();
}

export function usageLedger(db: Db): UsageLedger {
  return {
    days: async (device, from, to) => {
      const days = new Map<Day, DayUse>();
      for (const { day, bits } of await rowsOf(db, 'device_days', device, from, to)) {
        const { on, active, blind } = viewBits(bits);
        days.set(day, { device, day, on: on.slice(), active: active.slice(), blind: blind.slice() });
      }
      for (const { day, bits } of await rowsOf(db, 'device_unseen', device, from, to)) {
        const use = days.get(day) ?? { device, day, ...viewBits(packBits()) };
        days.set(day, { ...use, unseen: bits.slice() });
      }
      return [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
    },
  };
}
