import { LabwatchError } from '../../runtime/errors.ts';
import { ledgerFail } from '../errors.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

interface SqliteError extends Error {
  readonly code: string;
  /** Extended result code. */
  readonly errcode: number;
  readonly errstr: string;
}

function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = error as Partial<SqliteError>;
  return code === 'ERR_SQLITE_ERROR' && errcode !== undefined ? errcode & 0xff : undefined;
}

/** Somebody else has it just now. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** SQLite's errors that a person can mend, as ledger errors; anything else as it is. */
export function plainError(error: unknown, path: string): unknown {
  if (error instanceof LabwatchError) return error;
  const why = (error as Partial<SqliteError>).errstr ?? (error as Error).message;
  switch (primaryCode(error)) {
    case FULL:
      return ledgerFail('LEDGER_DISK_FULL', {}, error);
    case READONLY:
      return ledgerFail('LEDGER_READ_ONLY', {}, error);
    case IOERR:
      return ledgerFail('LEDGER_DISK_ERROR', { why }, error);
    case CORRUPT:
    case NOTADB:
      return ledgerFail('LEDGER_NOT_A_LEDGER', { path, why }, error);
    case CANTOPEN:
      return ledgerFail('LEDGER_CANNOT_OPEN', { path, why }, error);
    default:
      return error;
  }
}
