import type { Trouble } from '../api/types.ts';

const RANK = { urgent: 0, warning: 1, notice: 2 } as const;

/** The worst first, those of one severity as the server gave them. */
export const worstFirst = (troubles: readonly Trouble[]) => [...troubles].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
