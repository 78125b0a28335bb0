import { METRICS, type MetricName } from '../../protocol/catalogue.ts';
import type { Metrics } from '../../protocol/payloads/report.ts';
import type { MetricsPart } from '../probes/probe.ts';

interface Range {
  min: number;
  max: number;
  sum: number;
  count: number;
}

/** Significant digits of amounts and rates: what a chart can show, and no byte more on the wire. */
const DIGITS: Partial<Record<(typeof METRICS)[MetricName]['unit'], number>> = { By: 4, 'By/s': 3 };

/**
 * Percent and degrees keep one decimal, seconds (a sum over days) and milliseconds two, counts none. Rounding keeps min <= mean <= max, and the
 * bounds of the catalogue, which are round numbers.
 */
function rounded(metric: MetricName, value: number): number {
  const { unit } = METRICS[metric];
  if (unit === '%' || unit === 'Cel') return Math.round(value * 10) / 10;
  if (unit === 's' || unit === 'ms') return Math.round(value * 100) / 100;
  return Math.round(Number(value.toPrecision(DIGITS[unit] ?? 15)));
}

/** Numbers of a window as a report carries them: min, mean and max, or the last one. */
export class Aggregate {
  readonly #ranges = new Map<MetricName, Range>();
  readonly #last = new Map<MetricName, number>();

  /** Takes a sample. @returns the metrics whose number is no number or out of the bounds of the catalogue: they were left out */
  add(part: MetricsPart): MetricName[] {
    const refused: MetricName[] = [];
    for (const [name, value] of Object.entries(part) as [MetricName, number | undefined][]) {
      if (value === undefined) continue;
      const metric = METRICS[name] as (typeof METRICS)[MetricName] | undefined;
      if (metric === undefined || !(value >= metric.minimum && value <= metric.maximum)) refused.push(name);
      else if (metric.shape === 'last') this.#last.set(name, value);
      else {
        const range = this.#ranges.get(name) ?? { min: value, max: value, sum: 0, count: 0 };
        range.min = Math.min(range.min, value);
        range.max = Math.max(range.max, value);
        range.sum += value;
        range.count += 1;
        this.#ranges.set(name, range);
      }
    }
    return refused;
  }

  /** What was gathered since the last take. */
  take(): Metrics {
    const metrics: Record<string, unknown> = {};
    for (const [name, { min, max, sum, count }] of this.#ranges) {
      // The mean of equal numbers may leave them by the last bit.
      const mean = Math.min(max, Math.max(min, sum / count));
      metrics[name] = { min: rounded(name, min), mean: rounded(name, mean), max: rounded(name, max) };
    }
    for (const [name, value] of this.#last) metrics[name] = rounded(name, value);
    this.#ranges.clear();
    this.#last.clear();
    return metrics as Metrics;
  }
}
