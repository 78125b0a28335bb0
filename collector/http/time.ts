import { ProblemError } from './problems.ts';

/** Epoch ms to RFC 3339 with the offset of a zone, to the second: 2026-11-21T08:15:00+07:00. */
export function rfc3339(instant: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.trunc(instant))
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

export function rfc3339OrNull(instant: number | null, zone: string): string | null {
  return instant === null ? null : rfc3339(instant, zone);
}

/** Latest instant anybody may ask for: the year 2100. Keeps arithmetic on queries in exact integers. */
const LATEST = 4_102_444_800_000;

/**
 * A time in a query: epoch ms, or RFC 3339 with an offset (`Z` or `+07:00`; a `+` that became a space is understood).
 * @throws ProblemError BAD_RANGE
 */
export function parseInstant(text: string, name: string): number {
  const instant = /^\d{1,16}$/.test(text) ? Number(text) : fromRfc3339(text.trim().replace(/ (\d{2}:\d{2})$/, '+$1'));
  if (instant === undefined || instant < 0 || instant > LATEST) {
    throw new ProblemError('BAD_RANGE', { detail: `${name} takes RFC 3339 with an offset, or epoch milliseconds` });
  }
  return instant;
}

function fromRfc3339(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** @returns whether the text is a day of the calendar */
export function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}
