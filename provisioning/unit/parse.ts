import { CsvError, type Info } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { UnitKind } from '../../ledger/index.ts';
import { provisioningFail } from '../errors.ts';
import { KIND_TEXT } from '../texts.ts';
import { columnOf, kindOf, kindsAllowed, type Column } from './columns.ts';

export interface UnitRow {
  readonly code: string;
  readonly kind: UnitKind;
  readonly name: string;
  readonly parentCode: string | null;
  readonly zone: string | null;
}

export interface UnitFile {
  readonly rows: readonly UnitRow[];
  /** Line of the file on which row i ends, counted from 1. */
  readonly lines: readonly number[];
  /** The columns as the file calls them. */
  readonly headers: Readonly<Partial<Record<Column, string>>>;
  /** Columns that mean nothing to us. */
  readonly ignored: readonly string[];
}

/** Excel writes the list separator of its region: a semicolon where the decimal comma lives, as in Vietnam. */
function delimiterOf(header: string): string {
  const count = (mark: string): number => header.split(mark).length - 1;
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0]!;
}

/** Bytes to text. A byte order mark is taken away. @throws LabwatchError CSV_NOT_UTF8 */
export function decodeFile(bytes: Uint8Array, file: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new Error('UTF-16');
    return text;
  } catch (error) {
    throw provisioningFail('CSV_NOT_UTF8', { file }, error);
  }
}

interface Record_ {
  readonly record: string[];
  readonly info: Info;
}

function records(text: string): Record_[] {
  const firstLine = text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  try {
    return parse(text, {
      delimiter: delimiterOf(firstLine),
      trim: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      comment: '#',
      comment_no_infix: true,
      relax_column_count_less: true,
      info: true,
    }) as unknown as Record_[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw provisioningFail(
      'CSV_BROKEN',
      { line: Number(error['lines'] ?? 1), why: error.message.replace(/:? ?(on|at) line \d+.*/, '') },
      error,
    );
  }
}

function readHeader(header: readonly string[]): { at: Map<Column, number>; ignored: string[] } {
  const at = new Map<Column, number>();
  const ignored: string[] = [];
  for (const [i, text] of header.entries()) {
    const column = columnOf(text);
    if (column === undefined) {
      if (text !== '') ignored.push(text);
      continue;
    }
    const first = at.get(column);
    if (first !== undefined) throw provisioningFail('CSV_COLUMN_TWICE', { column, first: header[first]!, second: text });
    at.set(column, i);
  }
  for (const column of ['code', 'kind', 'name', 'parent'] as const) {
    if (!at.has(column)) throw provisioningFail('CSV_COLUMN_MISSING', { column, found: header.join(', ') });
  }
  return { at, ignored };
}

/**
 * A unit file to rows. Pure. Only what can be seen in a line alone is checked here; the ledger checks the tree.
 * @throws LabwatchError CSV_BROKEN, CSV_COLUMN_MISSING, CSV_COLUMN_TWICE, CSV_KIND, CSV_EMPTY
 */
export function parseUnits(text: string, file: string): UnitFile {
  const [header, ...body] = records(text);
  if (header === undefined) throw provisioningFail('CSV_EMPTY', { file });
  const { at, ignored } = readHeader(header.record);
  if (body.length === 0) throw provisioningFail('CSV_EMPTY', { file });
  const headers = Object.fromEntries([...at].map(([column, i]) => [column, header.record[i]!])) as Partial<Record<Column, string>>;
  const rows: UnitRow[] = [];
  const lines: number[] = [];
  for (const { record, info } of body) {
    const cell = (column: Column): string => {
      const i = at.get(column);
      return i === undefined ? '' : (record[i] ?? '').normalize('NFC');
    };
    const kind = kindOf(cell('kind'));
    if (kind === undefined) {
      throw provisioningFail('CSV_KIND', { line: info.lines, column: headers.kind!, kind: cell('kind'), allowed: kindsAllowed(KIND_TEXT) });
    }
    rows.push({ code: cell('code'), kind, name: cell('name'), parentCode: cell('parent') || null, zone: cell('zone') || null });
    lines.push(info.lines);
  }
  return { rows, lines, headers, ignored };
}
