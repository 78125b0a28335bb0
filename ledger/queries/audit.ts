import type { AuditLedger } from '../owners.ts';
import type { Db } from '../schema.ts';

/** Only ever added to; newest first when read. */
export function auditLedger(db: Db): AuditLedger {
  return {
    write: async ({ at, who, what, subject }) => {
      await db.insertInto('audit').values({ at, who, what, subject }).execute();
    },
    list: (limit) => db.selectFrom('audit').select(['at', 'who', 'what', 'subject']).orderBy('id', 'desc').limit(limit).execute(),
  };
}
