import type { Day } from '../../ledger/index.ts';
import { DAY_MINUTES } from './bitmaps.ts';

const MINUTE_MS = 60_000;
/** Every zone in use since 1972 changes its offset at a multiple of 15 minutes. */
export const QUARTER = 15;
const CACHE_LIMIT = 20_000;

const offsets = new Map<string, Map<number, number>>();

/** Offset of an IANA zone from UTC, in minutes, cached by quarter of an hour: asking Temporal for each minute would be the dearest part of intake. */
function offsetMinutes(zone: string, utcMinute: number): number {
  let cache = offsets.get(zone);
  if (cache === undefined) offsets.set(zone, (cache = new Map()));
  const quarter = Math.floor(utcMinute / QUARTER);
  let offset = cache.get(quarter);
  if (offset === undefined) {
    const instant = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER * MINUTE_MS);
    offset = Math.round(instant.toZonedDateTimeISO(zone).offsetNanoseconds / 60e9);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(quarter, offset);
  }
  return offset;
}

/** `yyyy-mm-dd` of a day number (days since 1970-01-01). */
export const dayText = (dayNumber: number): Day => new Date(dayNumber * DAY_MINUTES * MINUTE_MS).toISOString().slice(0, 10);

/**
 * Where a minute of true time falls on the wall clock of a zone.
 * @param utcMinute epoch milliseconds divided by 60,000
 * @returns the local day as a number (days since 1970-01-01) and the minute of that day, 0 to 1439
 */
export function localMinute(zone: string, utcMinute: number): { dayNumber: number; minute: number } {
  const local = utcMinute + offsetMinutes(zone, utcMinute);
  const dayNumber = Math.floor(local / DAY_MINUTES);
  return { dayNumber, minute: local - dayNumber * DAY_MINUTES };
}

/** The local day of an instant (epoch ms). */
export const localDay = (zone: string, instant: number): Day => dayText(localMinute(zone, Math.floor(instant / MINUTE_MS)).dayNumber);

/**
 * The instant (epoch ms) at which each minute of a local day begins. Where clocks go forward the skipped minutes are
 * undefined; where they go back the second pass is given.
 */
export function minuteStarts(day: Day, zone: string): (number | undefined)[] {
  const date = Temporal.PlainDate.from(day);
  const from = date.toZonedDateTime(zone).epochMilliseconds / MINUTE_MS;
  const to = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds / MINUTE_MS;
  const starts: (number | undefined)[] = Array.from({ length: DAY_MINUTES }, () => undefined);
  for (let utcMinute = from; utcMinute < to; utcMinute++) starts[localMinute(zone, utcMinute).minute] = utcMinute * MINUTE_MS;
  return starts;
}
