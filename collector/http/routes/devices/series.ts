import { METRICS } from '../../../../protocol/catalogue.ts';
import { RetryLater } from '../../../ports/series-store.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';
import type { Series, SeriesQuery } from '../../schemas/device.ts';
import { parseInstant, rfc3339 } from '../../time.ts';

const DAY_MS = 86_400_000;
const WANTED_POINTS = 300;
const MOST_POINTS = 5000;
/** Steps people know how to read, in seconds. */
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** The smallest step that gives at most about 300 points. */
export function stepFor(rangeMs: number): number {
  return STEPS.find((step) => rangeMs / (step * 1000) <= WANTED_POINTS) ?? STEPS.at(-1)!;
}

/** @throws ProblemError DEVICE_UNKNOWN, BAD_RANGE, SERIES_UNAVAILABLE */
export async function readSeries(context: HttpContext, id: string, query: SeriesQuery): Promise<Series> {
  const { place } = await context.fleet.known(id);
  const to = query.to === undefined ? context.clock.now() : parseInstant(query.to, 'to');
  const from = query.from === undefined ? to - DAY_MS : parseInstant(query.from, 'from');
  if (from >= to) throw new ProblemError('BAD_RANGE', { detail: 'from must be before to' });
  const step = query.step ?? stepFor(to - from);
  if ((to - from) / (step * 1000) > MOST_POINTS) {
    throw new ProblemError('BAD_RANGE', { detail: `more than ${MOST_POINTS} points; take a longer step or a shorter range` });
  }
  const { unit, name } = METRICS[query.field];
  return {
    device: id,
    field: query.field,
    unit,
    name,
    from: rfc3339(from, place.effectiveZone),
    to: rfc3339(to, place.effectiveZone),
    step,
    points: await read(context, { device: id, metric: query.field, from, to, stepMs: step * 1000 }),
  };
}

async function read(context: HttpContext, query: Parameters<HttpContext['series']['read']>[0]): Promise<Series['points']> {
  try {
    return await context.series.read(query);
  } catch (error) {
    if (error instanceof RetryLater) throw new ProblemError('SERIES_UNAVAILABLE', { retryAfter: 30 });
    throw error;
  }
}
