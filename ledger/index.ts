/** What labwatch knows. This is the only file of the ledger that others import. */
import { join } from 'node:path';
import { openHome } from '../runtime/home.ts';
import type { Ledger } from './owners.ts';
import { openSqliteLedger } from './sqlite/ledger.ts';

export type * from './hardware.ts';
export type * from './owners.ts';
export type * from './records.ts';
export { COMMAND_STATES, DEVICE_CLASSES, RELEASE_STATES, ROLES, UNIT_KINDS, unheard } from './records.ts';
export { isLedgerError, ledgerErrors, type LedgerErrorCode } from './errors.ts';
export { fold } from './fold.ts';
export { DEFAULT_ZONE } from './unit-tree.ts';

export const LEDGER_FILE = 'ledger.db';

export interface LedgerOptions {
  /** How long a program waits for another one that is writing; default 10 s. */
  readonly busyMs?: number;
  /** Every write is refused with LEDGER_READ_ONLY. */
  readonly readOnly?: boolean;
  /** The file may not grow past this many pages of 4 KiB; then writes fail with LEDGER_DISK_FULL. */
  readonly maxPages?: number;
}

/**
 * Opens `$home/ledger.db`, making the folder, the file (0600) and the tables when they are missing and bringing older
 * tables up to date. Several programs may have it open at once; one program should open it once.
 * @throws LabwatchError HOME_UNWRITABLE, LEDGER_NEWER, LEDGER_NOT_A_LEDGER, LEDGER_CANNOT_OPEN, LEDGER_BUSY, LEDGER_DISK_FULL
 */
export async function openLedger(home: string, options: LedgerOptions = {}): Promise<Ledger> {
  return openSqliteLedger(join(openHome(home), LEDGER_FILE), options);
}
