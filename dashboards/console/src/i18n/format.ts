import { LOCALES, type Dictionary, type Language } from './dictionary.ts';

/**
 * Numbers and times as a person of that language writes them. Instants given as RFC 3339 text are shown in the offset
 * they carry (the zone of the school), wherever the reader sits. The clock has 24 hours.
 */
export interface Format {
  number(value: number, digits?: number): string;
  /** 0 to 100 -> `42%`. */
  percent(value: number): string;
  /** A value in a unit of the catalogue (UCUM). */
  quantity(value: number, unit: string): string;
  bytes(value: number, base?: 1000 | 1024): string;
  /** Minutes -> `3 giờ 05 phút`. */
  minutes(value: number): string;
  /** RFC 3339 -> `21/11/2026 08:15`. */
  dateTime(text: string): string;
  /** RFC 3339 -> `21/11/2026`. Plain dates too. */
  date(text: string): string;
  /** RFC 3339 -> `08:15:30`. */
  clock(text: string): string;
  /** Plain date -> `Th 7, 21/11`. */
  weekday(day: string): string;
  /** Epoch ms in a zone -> `21/11 08:15`. */
  moment(at: number, zone: string): string;
  /** The same with the year, for what may lie long ago. */
  longMoment(at: number, zone: string): string;
  /** Epoch ms in a zone -> parts for axes. */
  axis(at: number, zone: string, part: 'time' | 'day'): string;
  /** Milliseconds ago -> `3 phút trước`. */
  ago(ms: number): string;
}

/** A number and its unit stay on one line. */
const GAP = '\u00a0';
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `+07:00` of an RFC 3339 text in milliseconds; Z and none are 0. */
export function offsetOf(text: string): number {
  const found = /([+-])(\d{2}):(\d{2})$/.exec(text);
  if (found === null) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}

/** The wall clock of the text as if it were UTC, so that any formatter with zone UTC shows it. */
const wall = (text: string) => new Date(Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text) + offsetOf(text));

/** 8:05 -> `08:05`. */
export const clockOf = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export function formatOf(language: Language, dictionary: Dictionary): Format {
  const locale = LOCALES[language];
  const numbers = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }));
  const dates = new Map<string, Intl.DateTimeFormat>();
  const date = (at: Date | number, zone: string, options: Intl.DateTimeFormatOptions) => {
    const key = zone + Object.keys(options).join();
    const formatter = dates.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: zone, hourCycle: 'h23' });
    dates.set(key, formatter);
    // Vietnamese has 21/11/2026 but 21-11: one separator for both.
    return formatter.format(at).replace(/(\d)-(?=\d)/g, '$1/');
  };
  const DAY = { day: '2-digit', month: '2-digit' } as const;
  const TIME = { hour: '2-digit', minute: '2-digit' } as const;
  const YEAR = { ...DAY, year: 'numeric' } as const;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const number = (value: number, digits = 0) => (numbers[digits] ?? numbers[0]!).format(value);
  const bytes = (value: number, base = 1000) => {
    const power = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log(value) / Math.log(base) + 1e-9));
    const scaled = value / base ** power;
    return `${number(scaled, scaled < 10 && power > 0 ? 1 : 0)}${GAP}${BYTE_UNITS[power]}`;
  };
  return {
    number,
    bytes,
    percent: (value) => `${number(value)}%`,
    quantity: (value, unit) => {
      if (unit === '%') return `${number(value, value < 10 ? 1 : 0)}%`;
      if (unit === 'Cel') return `${number(value)}${GAP}°C`;
      if (unit === 'By') return bytes(value);
      if (unit === 'By/s') return `${bytes(value)}/s`;
      if (unit === 'Mbit/s') return value >= 1000 ? `${number(value / 1000, 1)}${GAP}Gbit/s` : `${number(value)}${GAP}Mbit/s`;
      return unit === '1' ? number(value, 1) : `${number(value, 1)}${GAP}${unit}`;
    },
    minutes: (value) =>
      value < 60
        ? dictionary.charts.minutes(number(value))
        : dictionary.time.hoursMinutes(number(Math.floor(value / 60)), String(value % 60).padStart(2, '0')),
    dateTime: (text) => `${date(wall(text), 'UTC', YEAR)} ${date(wall(text), 'UTC', TIME)}`,
    date: (text) => date(wall(text), 'UTC', YEAR),
    clock: (text) => date(wall(text), 'UTC', { ...TIME, second: '2-digit' }),
    weekday: (day) => date(wall(day), 'UTC', { weekday: 'short', ...DAY }),
    moment: (at, zone) => `${date(at, zone, DAY)} ${date(at, zone, TIME)}`,
    longMoment: (at, zone) => `${date(at, zone, YEAR)} ${date(at, zone, TIME)}`,
    axis: (at, zone, part) => date(at, zone, part === 'time' ? TIME : DAY),
    ago: (ms) => {
      const seconds = Math.max(0, Math.round(ms / 1000));
      if (seconds < 45) return dictionary.time.justNow;
      if (seconds < 3570) return relative.format(-Math.max(1, Math.round(seconds / 60)), 'minute');
      if (seconds < 86_000) return relative.format(-Math.max(1, Math.round(seconds / 3600)), 'hour');
      return relative.format(-Math.max(1, Math.round(seconds / 86_400)), 'day');
    },
  };
}

/** The plain date `days` after another; days may be negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The local date of an instant in a zone, `yyyy-mm-dd`. */
export function dayOf(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}
