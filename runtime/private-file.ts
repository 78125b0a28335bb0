import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Writes the text beside the path, on disk, readable by this user only (0600). @returns where */
function writeBeside(path: string, text: string): string {
  const beside = `${path}.${process.pid}.new`;
  removePrivate(beside);
  const file = openSync(beside, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    removePrivate(beside);
    throw error;
  } finally {
    closeSync(file);
  }
  return beside;
}

/** Writes a file that only this user can read (0600): beside first, to disk, then into place, so that a crash leaves the old or the new one. */
export function writePrivate(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
  syncFolder(dirname(path));
}

/** A rename is only on disk when its folder is. Windows has no such call, and does not need it. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** @returns the text, or undefined when there is no such file */
export function readPrivate(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function removePrivate(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * A secret shared by programs of one installation: the first one that asks makes it (256 bits, base64url). It is written
 * beside and then linked into place, so that of two programs that start together neither reads a file that is still empty.
 */
export function sharedSecret(path: string): string {
  const found = readPrivate(path)?.trim();
  if (found !== undefined && found !== '') {
    // It may have come back from a backup with other rights.
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return found;
  }
  const text = `${randomBytes(32).toString('base64url')}\n`;
  if (found === '') writePrivate(path, text);
  else placeOnce(writeBeside(path, text), path);
  return readFileSync(path, 'utf8').trim();
}

/** Moves a file into place unless another program was faster. */
function placeOnce(beside: string, path: string): void {
  try {
    linkSync(beside, path);
    syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    removePrivate(beside);
  }
}
