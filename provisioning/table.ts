/** Columns set apart by two spaces, the widest cell deciding; Vietnamese letters count as one each. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map((row) => row.map((cell) => cell.normalize('NFC')));
  const widths = header.map((_, column) => Math.max(...all.map((row) => Array.from(row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - Array.from(cell).length))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** Date, time and offset for a person, in the zone of this machine, in a form that both languages read the same way. */
export function when(at: number | null): string {
  if (at === null) return '-';
  const time = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(Temporal.Now.timeZoneId());
  return `${time.toPlainDate().toString()} ${time.toPlainTime().toString({ smallestUnit: 'minute' })} ${time.offset}`;
}

export const rfc3339 = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
