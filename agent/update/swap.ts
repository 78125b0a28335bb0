import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
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
 * Puts the new executable in the place of the old one, which stays beside it. Where the system allows it (anything but Windows)
 * there is no moment without one; Windows renames an executable that runs, but never replaces it.
 * @throws UpdateFailure not_writable, disk_full, other; the old one is in its place then
 */
export function switchTo({ executable, next, old }: Places, windows = process.platform === 'win32'): void {
  try {
    rmSync(old, { force: true });
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
