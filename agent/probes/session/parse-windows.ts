import type { SessionInfo } from '../../platform/windows/session-info.ts';
import type { HelperWord, SessionPart } from '../probe.ts';

/** WTS_CONNECTSTATE_CLASS. */
const ACTIVE = 0;
const CONNECTED = 1;
const DISCONNECTED = 4;
/** SessionFlags of WTSINFOEX_LEVEL1. */
const LOCKED = 0;
const UNLOCKED = 1;
/** Session of services since Vista; nobody sits there. */
const SERVICES = 0;

/** A helper speaks every 30 seconds; one that missed two words is not believed any more. */
const FRESH_MS = 90_000;

const UNKNOWN: SessionPart = { session: 'unknown', idleSeconds: null };

/**
 * On Windows 7 and Server 2008 R2 the two flags are the other way round (Microsoft's page of WTSINFOEX_LEVEL1_W says so).
 * @param kernel version of the kernel, [6, 1] there
 */
function isLocked(flags: number, kernel: readonly [number, number]): boolean | undefined {
  if (flags !== LOCKED && flags !== UNLOCKED) return undefined;
  const inverted = kernel[0] === 6 && kernel[1] === 1;
  return (flags === LOCKED) !== inverted;
}

/** What stands at the machine's own screen and keyboard. */
function stateOf(here: SessionInfo, others: readonly SessionInfo[], kernel: readonly [number, number]): SessionPart['session'] {
  // The login screen: a session without a person. Somebody may have left theirs behind it ("switch user"), which is as locked.
  if (!here.user || here.state === CONNECTED) return others.some((one) => one.user && one.state === DISCONNECTED) ? 'locked' : 'none';
  const locked = here.state === ACTIVE ? isLocked(here.flags, kernel) : undefined;
  return locked === undefined ? 'unknown' : locked ? 'locked' : 'open';
}

/**
 * Who could be using the machine, and how long ago somebody touched it. A session over the network (remote desktop) is no use
 * of the machine in the room: it counts neither as open nor as touched, and its helper is not listened to.
 *
 * Idle time is known only of an open session, and only from a helper in that very session that spoke within 90 seconds. No
 * helper, a silent one, one in another session, a lock or a login screen: null, never 0.
 * @param mono milliseconds since boot, now
 */
export function windowsSession(
  sessions: readonly SessionInfo[],
  words: readonly HelperWord[],
  kernel: readonly [number, number],
  mono: number,
): SessionPart {
  const people = sessions.filter((one) => one.session !== SERVICES);
  const here = people.find((one) => one.console && (one.state === ACTIVE || one.state === CONNECTED));
  if (here === undefined) {
    // While the console changes hands there is none for a moment; with nobody logged in anywhere that is known all the same.
    return people.some((one) => one.user) ? UNKNOWN : { session: 'none', idleSeconds: null };
  }
  const session = stateOf(
    here,
    people.filter((one) => one !== here),
    kernel,
  );
  if (session !== 'open') return { session, idleSeconds: null };
  const word = words.find((one) => one.session === here.session);
  const age = word === undefined ? Number.POSITIVE_INFINITY : Math.max(0, mono - word.mono);
  if (word === undefined || age > FRESH_MS) return { session, idleSeconds: null };
  return { session, idleSeconds: Math.floor(word.idleSeconds + age / 1000) };
}
