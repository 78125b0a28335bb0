import { expect, test } from 'vitest';
import { activeSessions, showInSessions } from './windows/notice.ts';
import { power } from './power.ts';

test.each([
  ['linux', 'shut_down', 'shutdown', ['-P', '+1']],
  ['linux', 'restart', 'shutdown', ['-r', '+1']],
  ['windows', 'shut_down', 'C:\\Windows\\System32\\shutdown.exe', ['/s', '/t', '60', '/d', 'p:0:0']],
  ['windows', 'restart', 'C:\\Windows\\System32\\shutdown.exe', ['/r', '/t', '60', '/d', 'p:0:0']],
] as const)('%s %s', async (platform, what, file, args) => {
  const ran: unknown[] = [];
  const door = { run: async (program: string, words: readonly string[]) => (ran.push(program, words), '') };
  expect(await power(platform, door, what)).toBe(true);
  expect(ran).toEqual([file, args]);
  expect(await power(platform, { run: async () => undefined }, what)).toBe(false);
});

/** WTSINFOEXW: SessionId at 8, SessionState at 12. */
function info(session: number, state: number): Uint8Array {
  const bytes = Buffer.alloc(232);
  bytes.writeUInt32LE(session, 8);
  bytes.writeInt32LE(state, 12);
  return bytes;
}

test('a notice goes to the sessions somebody looks at', () => {
  expect(activeSessions([info(1, 0), info(2, 4), info(65_536, 6), info(3, 0)])).toEqual([1, 3]);
  expect(showInSessions([info(1, 4)], 'a', 'b')).toBe('nobody');
  expect(showInSessions(undefined, 'a', 'b')).toBe('not_supported');
});
