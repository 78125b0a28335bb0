import { RetryLater } from '../../ports/series-store.ts';
import type { InfluxAnswer } from './connection.ts';

/** What an answer to a write means. */
export type WriteVerdict = 'stored' | 'refused' | 'too-large' | 'no-database' | 'retry';

/** A 400 that is about the request and not about its lines: no line may be given up for it. */
const NOT_THE_LINES = /database( name)? (is )?required|retention policy not found|database not found|bucket .*not found|timeout|unauthori/i;

/**
 * - 2xx: stored.
 * - 400 or 422 in the server's own words about lines: some line is bad; the good ones of the batch may be stored already.
 * - 413: too much at once.
 * - 404 "database not found": it can be made.
 * - anything else (401, 403, 5xx, a proxy's page): later.
 */
export function verdictOf({ status, complaint }: InfluxAnswer): WriteVerdict {
  if (status >= 200 && status < 300) return 'stored';
  if (status === 413) return 'too-large';
  if (status === 404 && complaint !== undefined && /database not found/i.test(complaint)) return 'no-database';
  const aboutLines = complaint !== undefined && !NOT_THE_LINES.test(complaint);
  return (status === 400 || status === 422) && aboutLines ? 'refused' : 'retry';
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'refuses the login: check LABWATCH_INFLUX_USER and LABWATCH_INFLUX_PASSWORD, or LABWATCH_INFLUX_TOKEN',
  403: 'does not allow this user to write: give it the right to write to the database',
  404: 'does not know the database or the address',
};

/** One plain line for the log and /readyz. Never carries a secret: only what the server said. */
export function laterFrom(url: string, answer: InfluxAnswer): RetryLater {
  const said = answer.complaint === undefined ? '' : `: ${answer.complaint.split('\n')[0]!.slice(0, 200)}`;
  const hint = HINTS[answer.status];
  const stranger = answer.version === undefined ? '; is it an InfluxDB?' : '';
  return new RetryLater(`InfluxDB at ${url} ${hint ?? 'cannot store now'} (HTTP ${answer.status}${said}${stranger})`);
}
