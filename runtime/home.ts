import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runtimeFail } from './errors.ts';

/** As `mkdir -p`. Node's own `recursive` never comes back where the system allows no folder (below /proc, for one). */
function makeFolder(path: string, again = true): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || !again || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    makeFolder(path, false);
  }
}

/**
 * Makes sure the data folder (or a folder in it) is there and can be written. A new one is private to this user (0700);
 * the rights of one that is there already are left alone.
 * @returns its absolute path
 * @throws LabwatchError HOME_UNWRITABLE
 */
export function openHome(...parts: [string, ...string[]]): string {
  const path = resolve(...parts);
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw runtimeFail('HOME_UNWRITABLE', { path, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message }, error);
  }
  return path;
}
