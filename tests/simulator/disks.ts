import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for the disks of simulated machines, in memory where there is such a place: that real disks take their time is tried
 * elsewhere, and hundreds of machines share one here. The server's is a real one.
 */
export function machineDisks(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'labwatch-machines-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
