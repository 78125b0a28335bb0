import { parseSession } from '../../platform/windows/session-info.ts';
import { readWindowsVersion } from '../../platform/windows/version.ts';
import type { HelperPost, OpenProbe, ProbeContext } from '../probe.ts';
import { windowsSession } from './parse-windows.ts';

/** How long to wait before the pipe is tried again that another program holds. */
const TRY_AGAIN_MS = 60_000;

/** Sessions from the terminal service, touches from the helpers. */
export async function openWindowsSession({ door, clock, log }: ProbeContext): Promise<OpenProbe<'session'>> {
  const { kernel } = await readWindowsVersion(door);
  let post: HelperPost | undefined;
  let triedAt: number | undefined;
  let said = false;
  const words = (): ReturnType<HelperPost['words']> => {
    const mono = clock.mono();
    if (post === undefined && (triedAt === undefined || mono - triedAt >= TRY_AGAIN_MS)) {
      triedAt = mono;
      post = door.windows?.openHelperPost();
      if (post === undefined && !said) {
        said = true;
        log.warn({ probe: 'session' }, 'another program holds the pipe of the session helpers: idle time stays unknown');
      }
    }
    return post?.words() ?? [];
  };
  return {
    sample: async () => {
      const spoken = words();
      const bytes = await door.windows?.sessions();
      if (bytes === undefined) return { session: { session: 'unknown', idleSeconds: null } };
      const sessions = bytes.map(parseSession).filter((one) => one !== undefined);
      if (sessions.length === 0) return { session: { session: 'unknown', idleSeconds: null } };
      return { session: windowsSession(sessions, spoken, kernel, clock.mono()) };
    },
    close: async () => {
      post?.close();
      post = undefined;
    },
  };
}
