import { METRICS, type MetricName } from '../../../protocol/catalogue.ts';
import type { Report } from '../../../protocol/payloads/index.ts';
import type { Metrics } from '../../../protocol/payloads/report.ts';
import { CLOCK_JUMP_MS } from '../minute-book.ts';

/** A merged window is no longer than this: a chart of last week still has several points a day. */
export const LONGEST_MERGED_MINUTES = 240;

interface Range {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

const minutesOn = (report: Report): number => Array.from(report.on).filter((bit) => bit === '1').length;

/** The same clock, the same boot, the next place in the stream, and the minutes go on where the other's end (or overlap, after a claim). */
function follows(before: Report, next: Report, firstMinute: number): boolean {
  const steady = Math.abs(next.at - before.at - (next.mono - before.mono)) <= CLOCK_JUMP_MS;
  const touches = next.minute >= before.minute && next.minute <= before.minute + before.span;
  return (
    next.boot === before.boot &&
    (next.first ?? next.seq) === before.seq + 1 &&
    steady &&
    touches &&
    next.minute + next.span - firstMinute <= LONGEST_MERGED_MINUTES
  );
}

/** The smallest, the largest, and the mean of the means weighted by the minutes the machine was on; of a last value the last. */
function metricsOf(reports: readonly Report[]): Metrics {
  const ranges = new Map<MetricName, { min: number; max: number; sum: number; weight: number }>();
  const merged: Record<string, unknown> = {};
  for (const report of reports) {
    const weight = Math.max(1, minutesOn(report));
    for (const [name, value] of Object.entries(report.metrics) as [MetricName, number | Range][]) {
      if (METRICS[name].shape === 'last' || typeof value === 'number') {
        merged[name] = value;
        continue;
      }
      const range = ranges.get(name) ?? { min: value.min, max: value.max, sum: 0, weight: 0 };
      range.min = Math.min(range.min, value.min);
      range.max = Math.max(range.max, value.max);
      range.sum += value.mean * weight;
      range.weight += weight;
      ranges.set(name, range);
    }
  }
  for (const [name, { min, max, sum, weight }] of ranges) {
    const digits = METRICS[name].unit === 'By/s' ? 1 : 10;
    const mean = Math.min(max, Math.max(min, Math.round((sum / weight) * digits) / digits));
    merged[name] = { min, mean, max };
  }
  return merged as Metrics;
}

/** Several reports that follow each other, as one that stands for all their places in the stream. */
function mergedOf(reports: readonly Report[]): Report {
  const [first] = reports;
  const last = reports.at(-1)!;
  const minute = first!.minute;
  const span = Math.max(...reports.map((report) => report.minute + report.span)) - minute;
  const bits = { on: Array<boolean>(span).fill(false), active: Array<boolean>(span).fill(false), blind: Array<boolean>(span).fill(false) };
  for (const report of reports) {
    for (const kind of ['on', 'active', 'blind'] as const) {
      for (const [i, bit] of Array.from(report[kind]).entries()) if (bit === '1') bits[kind][report.minute - minute + i] = true;
    }
  }
  // Where two tell of one minute, a touch that was seen outweighs that it could not be seen.
  const blind = bits.blind.map((bit, i) => bit && !bits.active[i]);
  const text = (row: readonly boolean[]): string => row.map((bit) => (bit ? '1' : '0')).join('');
  return {
    ...last,
    first: first!.first ?? first!.seq,
    minute,
    span,
    on: text(bits.on),
    active: text(bits.active),
    blind: text(blind),
    metrics: metricsOf(reports),
  };
}

/**
 * Puts reports that were never sent together into longer windows. Nothing of their minutes is lost; of their numbers the resolution.
 * @param reports in the order of the stream; whatever stands between two of them in the stream keeps these apart
 * @returns those that take the places of several, each with the places that are free now
 */
export function mergeReports(reports: readonly Report[]): { readonly report: Report; readonly gone: readonly number[] }[] {
  const groups: Report[][] = [];
  for (const report of reports) {
    const group = groups.at(-1);
    if (group !== undefined && follows(group.at(-1)!, report, group[0]!.minute)) group.push(report);
    else groups.push([report]);
  }
  return groups
    .filter((group) => group.length > 1)
    .map((group) => ({ report: mergedOf(group), gone: group.slice(0, -1).map(({ seq }) => seq) }));
}
