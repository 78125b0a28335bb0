import { signal } from '@preact/signals';
import { api, ApiError, watch } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import { noteUnreachable, startLive, stopLive } from './live.ts';

/** undefined = not asked yet, null = nobody. */
export const session = signal<Session | null | undefined>(undefined);
/** Why the login page is shown although somebody was in. */
export const expired = signal(false);
/** The first question found no server. */
export const unreachable = signal(false);
/** Somebody with a one-time password chose to look around first. */
export const passwordLater = signal(false);

function enter(value: Session) {
  session.value = value;
  expired.value = false;
  unreachable.value = false;
  startLive();
}

function leave(because: 'expired' | 'left') {
  expired.value = because === 'expired' && session.value != null;
  session.value = null;
  passwordLater.value = false;
  stopLive();
}

watch({
  loggedOut: () => leave('expired'),
  unreachable: noteUnreachable,
});

/** Asks who is logged in. */
export async function resume(): Promise<void> {
  try {
    enter(await api.session());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) unreachable.value = true;
  }
}

/** @throws ApiError */
export async function login(name: string, password: string): Promise<void> {
  enter(await api.login(name, password));
}

/** @throws ApiError */
export async function changePassword(current: string, next: string): Promise<void> {
  enter(await api.changePassword(current, next));
}

/** Ends the session; one that is gone already is as good. */
export async function logout(): Promise<void> {
  await api.logout().catch(() => {});
  leave('left');
}
