import type { Point } from '../api/types.ts';

export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

/** Length of a range and width of its steps, both in seconds: about 300 points, a month a few more pixels a point. */
export const RANGE: Record<Range, { readonly length: number; readonly step: number }> = {
  '1h': { length: 3_600, step: 60 },
  '24h': { length: 86_400, step: 300 },
  '7d': { length: 7 * 86_400, step: 1_800 },
  '30d': { length: 30 * 86_400, step: 7_200 },
};

/** A machine that came a moment ago would be a dot at the edge of a day. @param enrolledAt RFC 3339 @param latestAt RFC 3339, null = no report yet */
export function firstRange(enrolledAt: string, latestAt: string | null): Range {
  const hours = latestAt === null ? 0 : (Date.parse(latestAt) - Date.parse(enrolledAt)) / 3_600_000;
  return hours < 3 ? '1h' : '24h';
}

/** A report covers up to five minutes: two points nearer than that are neighbours even when the steps are shorter. */
const REPORT_SECONDS = 300;

export type Columns = [at: number[], mean: (number | null)[], max: (number | null)[], min: (number | null)[]];

/** Columns for the chart, times in seconds. Where a step is missing a null stands, so that the line is not drawn across it. */
export function columnsOf(points: readonly Point[], step: number): Columns {
  const columns: Columns = [[], [], [], []];
  const apart = Math.max(step, REPORT_SECONDS) * 1_500;
  let before: number | undefined;
  for (const { at, mean, max, min } of points) {
    if (before !== undefined && at - before > apart) add(columns, (before + at) / 2, null, null, null);
    add(columns, at, mean, max, min);
    before = at;
  }
  return columns;
}

function add(columns: Columns, at: number, mean: number | null, max: number | null, min: number | null) {
  columns[0].push(at / 1000);
  columns[1].push(mean);
  columns[2].push(max);
  columns[3].push(min);
}

/** Adds what was read later: a step read again replaces the old one, and what has left the range goes. Times in epoch ms. */
export function appendPoints(points: readonly Point[], later: readonly Point[], from: number): Point[] {
  const first = later[0]?.at ?? Infinity;
  return [...points.filter((point) => point.at < first), ...later].filter((point) => point.at >= from);
}

export interface PointSummary {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Mean of the means, lowest and highest; undefined without points. */
export function summaryOf(points: readonly Point[]): PointSummary | undefined {
  if (points.length === 0) return undefined;
  const sum = points.reduce((all, point) => all + point.mean, 0);
  return {
    mean: sum / points.length,
    min: points.reduce((least, point) => Math.min(least, point.min), Infinity),
    max: points.reduce((most, point) => Math.max(most, point.max), -Infinity),
  };
}

/** Whether the newest report is not among the points yet: it reaches the store some seconds after it reaches the page. */
export function isBehind(points: readonly Point[], step: number, latestAt: string | null): boolean {
  const newest = points[points.length - 1]?.at ?? -Infinity;
  return latestAt !== null && newest + step * 1000 <= Date.parse(latestAt);
}

/** Indices of values with nothing on either side: no line reaches them, so they are drawn as dots. */
export function isolated(values: ArrayLike<number | null | undefined>): number[] {
  const empty = (index: number) => values[index] === null || values[index] === undefined;
  const found: number[] = [];
  for (let index = 0; index < values.length; index++) if (!empty(index) && empty(index - 1) && empty(index + 1)) found.push(index);
  return found;
}
