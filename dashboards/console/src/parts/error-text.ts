import { ApiError } from '../api/client.ts';
import { pick, t } from '../i18n/index.ts';

/** An error in words a person can act on: the server's own where it gave some. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t().errors.server;
  if (error.text !== undefined) return pick(error.text);
  if (error.status === 0) return t().errors.network;
  if (error.status === 404) return t().errors.notFound;
  if (error.status === 403) return t().errors.forbidden;
  if (error.status === 429) return t().errors.tooMany;
  return t().errors.server;
}
