import type { MetricValue } from '../api/types.ts';

/** The one number of a metric: its mean where it is a range, null where nobody knows. */
export const meanOf = (value: MetricValue | undefined): number | null =>
  value === undefined ? null : typeof value === 'number' ? value : value.mean;
