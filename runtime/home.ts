import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { runtimeFail } from './errors.ts';

/**
 * Makes sure the data folder (or a folder in it) is there, is private to this user (0700) and can be written.
 * @returns its absolute path
 * @throws LabwatchError HOME_UNWRITABLE
 */
export function openHome(...parts: [string, ...string[]]): string {
  const path = resolve(...parts);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw runtimeFail('HOME_UNWRITABLE', { path, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message }, error);
  }
  return path;
}
