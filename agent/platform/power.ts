import { win32 } from 'node:path';
import type { RiskyCommand } from '../../protocol/commands.ts';
import type { Door } from '../probes/probe.ts';

const TIMEOUT_MS = 10_000;

/**
 * shutdown(8) of systemd and shutdown.exe: in a minute, with the system's own warning to whoever is logged in. Words of a closed
 * table; nothing that came over the wire is among them.
 */
const WORDS = {
  linux: { shut_down: ['-P', '+1'], restart: ['-r', '+1'] },
  windows: { shut_down: ['/s', '/t', '60', '/d', 'p:0:0'], restart: ['/r', '/t', '60', '/d', 'p:0:0'] },
} as const satisfies Record<string, Record<RiskyCommand, readonly string[]>>;

/** @returns whether the system agreed */
export async function power(platform: 'linux' | 'windows', door: Pick<Door, 'run'>, what: RiskyCommand): Promise<boolean> {
  const file = platform === 'linux' ? 'shutdown' : win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'shutdown.exe');
  return (await door.run(file, WORDS[platform][what], { timeoutMs: TIMEOUT_MS })) !== undefined;
}
