import type { Device, DeviceState, Instant } from '../../ledger/index.ts';

/** An agent reports every 5 minutes at the latest: two missed reports are a silence. */
export const SILENCE_MS = 10 * 60_000;

/** Presence reasons that mean somebody meant it. */
const CLEAN = new Set(['stopped', 'shutdown']);

/**
 * online: connected and heard within 10 minutes. offline: stopped cleanly, or lost less than 10 minutes ago.
 * silent: no clean stop and nothing heard for longer. never: enrolled and not heard yet.
 */
export type Connection = 'online' | 'offline' | 'silent' | 'never' | 'revoked';

export function connectionOf(device: Pick<Device, 'revokedAt'>, state: DeviceState, now: Instant): Connection {
  if (device.revokedAt !== null) return 'revoked';
  if (state.lastSeen === null) return 'never';
  if (state.online === false && CLEAN.has(state.presenceReason ?? '')) return 'offline';
  if (now - state.lastSeen > SILENCE_MS) return 'silent';
  return state.online === false ? 'offline' : 'online';
}

export type UseView = 'off' | 'idle' | 'active' | 'blind' | 'unknown';

/** What the device is doing now; unknown unless it says so itself. A stopped agent says nothing of its machine. */
export function useOf(connection: Connection, state: DeviceState, now: Instant): UseView {
  if (connection === 'offline') return state.presenceReason === 'shutdown' ? 'off' : 'unknown';
  if (connection !== 'online' || state.use === null || state.reportAt === null) return 'unknown';
  return now - state.reportAt > SILENCE_MS ? 'unknown' : state.use;
}
