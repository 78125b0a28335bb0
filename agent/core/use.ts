import type { Session } from '../../protocol/payloads/report.ts';
import type { SessionPart } from '../probes/probe.ts';
import type { Use } from './minute-book.ts';

/** What the session probes said in one tick. */
export interface SeenSession {
  readonly session: Session;
  readonly use: Use;
}

const UNSEEN: SeenSession = { session: 'unknown', use: { seen: false } };

/**
 * A sample of a session as use. Nobody logged in, or a locked screen, is known to be no use even when idle time cannot be
 * told; an open or unknown session with unknown idle time is not seen.
 */
export function seenOf(part: SessionPart | undefined, now: number): SeenSession {
  if (part === undefined) return UNSEEN;
  const { session, idleSeconds } = part;
  if (idleSeconds !== null && idleSeconds >= 0) return { session, use: { seen: true, touchedAt: now - idleSeconds * 1000 } };
  return { session, use: { seen: session === 'none' || session === 'locked' } };
}

/** Two probes of one tick: a known session over an unknown one, the later touch. */
export function joinSeen(a: SeenSession | undefined, b: SeenSession): SeenSession {
  if (a === undefined) return b;
  const touches = [a.use.touchedAt, b.use.touchedAt].filter((at) => at !== undefined);
  const use = { seen: a.use.seen || b.use.seen, ...(touches.length === 0 ? {} : { touchedAt: Math.max(...touches) }) };
  return { session: b.session === 'unknown' ? a.session : b.session, use };
}
