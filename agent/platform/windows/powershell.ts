import type { Door } from '../../probes/probe.ts';
import { textOf } from './values.ts';

const CURRENT_VERSION = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
/** A weak disk takes half of that to load PowerShell alone. */
const TIMEOUT_MS = 60_000;
const MOST_BYTES = 256 * 1024;

/**
 * One script in Windows PowerShell, for what no plain call tells. It costs seconds, so nobody calls it but the daily batch.
 * The program is named by its full path, so that none of the same name in PATH is taken, and the script goes in the open: an
 * encoded command is what antivirus products stop first. It may hold no double quote.
 * @returns what it printed, or undefined where there is no PowerShell, it is forbidden, fails or is late
 */
export async function runPowerShell(door: Door, script: string): Promise<string | undefined> {
  const root = textOf(await door.windows?.values(CURRENT_VERSION), 'SystemRoot') ?? 'C:\\Windows';
  const program = `${root}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
  const switches = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command', script];
  return door.run(program, switches, { timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
}
