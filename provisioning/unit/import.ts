import { readFileSync } from 'node:fs';
import { isLedgerError, type Ledger, type LedgerErrorCode } from '../../ledger/index.ts';
import { provisioningFail, type provisioningErrors } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import type { Column } from './columns.ts';
import { decodeFile, parseUnits, type UnitFile } from './parse.ts';

export interface ImportOutcome {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly ignored: readonly string[];
}

/** What the ledger says of a row, said of a line and a column. */
const BY_ROW: Readonly<Partial<Record<LedgerErrorCode, readonly [keyof typeof provisioningErrors, Column]>>> = {
  UNIT_BAD_CODE: ['CSV_CODE', 'code'],
  UNIT_BAD_NAME: ['CSV_NAME', 'name'],
  UNIT_BAD_ZONE: ['CSV_ZONE', 'zone'],
  UNIT_DUPLICATE_CODE: ['CSV_DUPLICATE', 'code'],
  UNIT_UNKNOWN_PARENT: ['CSV_PARENT', 'parent'],
  UNIT_CYCLE: ['CSV_CYCLE', 'parent'],
};

function byLine(error: unknown, file: UnitFile): unknown {
  if (!isLedgerError(error)) return error;
  const found = BY_ROW[error.code as LedgerErrorCode];
  if (found === undefined) return error;
  const [code, column] = found;
  const line = (row: string | number | undefined): number => file.lines[Number(row) - 1] ?? 0;
  const { row, earlier, ...details } = error.details;
  return provisioningFail(
    code,
    { ...details, line: line(row), column: file.headers[column] ?? column, ...(earlier === undefined ? {} : { earlier: line(earlier) }) },
    error,
  );
}

/** `-` is standard input. */
function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw provisioningFail('CSV_UNREADABLE', { file: path, why: (error as NodeJS.ErrnoException).code ?? 'unknown' }, error);
  }
}

/** With a person watching, one line of progress a second; a small file needs none. */
function progress(terminal: Terminal): (done: number, all: number) => void {
  let last = terminal.now();
  return (done, all) => {
    if (!terminal.interactive || terminal.now() - last < 1000) return;
    last = terminal.now();
    terminal.note(terminal.language === 'vi' ? `Đã ghi ${done}/${all} đơn vị…` : `${done} of ${all} units written…`);
  };
}

/**
 * Imports a file of units, all of it or nothing.
 * @throws LabwatchError CSV_… with line and column
 */
export async function importUnitFile(ledger: Pick<Ledger, 'units'>, path: string, terminal: Terminal): Promise<ImportOutcome> {
  const file = parseUnits(decodeFile(readFile(path), path), path);
  try {
    const { added, changed } = await ledger.units.import(file.rows, progress(terminal));
    return { added, changed, unchanged: file.rows.length - added - changed, ignored: file.ignored };
  } catch (error) {
    throw byLine(error, file);
  }
}
