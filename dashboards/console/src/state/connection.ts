/** How the stream of live events stands. Pure, so that every turn of it is tested. */
export interface Connection {
  /** `idle` = nobody is logged in. */
  readonly phase: 'idle' | 'connecting' | 'live' | 'away';
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Epoch ms since when the server is out of reach. */
  readonly awaySince: number | null;
}
export type Signal = 'start' | 'hello' | 'lost' | 'stop';

export const IDLE: Connection = { phase: 'idle', failures: 0, awaySince: null };

/** One lost stream is told at once; the time since when is kept over all further failures. */
export function next(state: Connection, signal: Signal, at: number): Connection {
  switch (signal) {
    case 'start':
      return state.phase === 'idle' ? { ...IDLE, phase: 'connecting' } : state;
    case 'hello':
      return { phase: 'live', failures: 0, awaySince: null };
    case 'lost':
      return state.phase === 'idle' ? state : { phase: 'away', failures: state.failures + 1, awaySince: state.awaySince ?? at };
    default:
      return IDLE;
  }
}

/** Milliseconds to wait before the next attempt: 1, 2, 4 … 30 s, spread by half so that a whole school does not return at once. */
export function retryDelay(failures: number, random: number): number {
  const full = Math.min(30_000, 1_000 * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.5 + random / 2));
}
