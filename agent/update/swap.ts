import { closeSync, existsSync, fsyncSync, linkSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileFailure, UpdateFailure } from './failure.ts';
import type { Places } from './places.ts';

function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Takes the version before last away. Windows deletes no executable that runs, and a helper in somebody's session may still run
 * it: then it is only put aside, and goes another time.
 */
function removeOld(old: string, windows: boolean): void {
  if (!windows) return rmSync(old, { force: true });
  const aside = `${basename(old)}.`;
  for (const name of readdirSync(dirname(old)).filter((each) => each.startsWith(aside))) removeIfPossible(join(dirname(old), name));
  if (!removeIfPossible(old)) renameSync(old, `${old}.${Date.now()}`);
}

function removeIfPossible(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts the new executable in the place of the old one, which stays beside it. Where the system allows it (anything but Windows)
 * there is no moment without one; Windows renames an executable that runs, but never replaces it.
 * @throws UpdateFailure not_writable, disk_full, other; the old one is in its place then
 */
export function switchTo({ executable, next, old }: Places, windows = process.platform === 'win32'): void {
  try {
    removeOld(old, windows);
    if (windows) renameSync(executable, old);
    else linkSync(executable, old);
    try {
      renameSync(next, executable);
    } catch (error) {
      if (windows) renameSync(old, executable);
      throw error;
    }
    syncFolder(executable);
  } catch (error) {
    throw fileFailure(error, 'other');
  }
}

/** Puts the old executable back. @throws UpdateFailure when there is none, or the folder cannot be written */
export function switchBack({ executable, next, old }: Places, windows = process.platform === 'win32'): void {
  if (!existsSync(old)) throw new UpdateFailure('other', 'the version before is not there any more');
  try {
    if (windows) {
      rmSync(next, { force: true });
      renameSync(executable, next);
    }
    renameSync(old, executable);
    syncFolder(executable);
  } catch (error) {
    throw fileFailure(error, 'other');
  }
}
