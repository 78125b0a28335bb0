import { Problem } from '../schemas/common.ts';

/** Problem details for the statuses a route can answer beside success; every route may also answer 429 and 500. */
export function problems<const S extends number>(...statuses: S[]): { [K in S | 429 | 500]: typeof PROBLEM_CONTENT } {
  return Object.fromEntries([...statuses, 429, 500].map((status) => [status, PROBLEM_CONTENT])) as {
    [K in S | 429 | 500]: typeof PROBLEM_CONTENT;
  };
}

const PROBLEM_CONTENT = {
  description: 'Problem details.',
  content: { 'application/problem+json': { schema: Problem } },
} as const;

/** Routes that answer without a session say so. */
export const OPEN = { config: { access: 'open' }, security: [] } as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call: anybody, or (default) whoever is logged in. */
    access?: 'open';
    /** Allowed while a one-time password is still in force. */
    beforePasswordChange?: true;
  }
}
