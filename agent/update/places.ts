import { basename, dirname, extname, join } from 'node:path';

/**
 * What lies beside an executable that updates itself. All in one folder, so that a rename is one step of the file system, and so
 * that a disk that forgets the new executable at reboot (Deep Freeze) forgets everything about it.
 */
export interface Places {
  /** The one the service manager starts. */
  readonly executable: string;
  /** The new one while it is unpacked and looked at. */
  readonly next: string;
  /** The one before. */
  readonly old: string;
  /** Says that a new version is on trial; see trial.ts. */
  readonly trial: string;
  /** One dot for each start on trial, written by the agent. */
  readonly starts: string;
  /** The same, written by the guard before the agent starts; see guard.ts. */
  readonly guard: string;
  /** PEM of the keys that came with the installer. */
  readonly keys: string;
}

export const KEY_FILE = 'release-key.pem';

export function placesOf(executable: string): Places {
  const extension = extname(executable) === '.exe' ? '.exe' : '';
  const base = join(dirname(executable), basename(executable, extension));
  return {
    executable,
    next: `${base}.new${extension}`,
    old: `${base}.old${extension}`,
    trial: `${base}.trial`,
    starts: `${base}.starts`,
    guard: `${base}.guard`,
    keys: join(dirname(executable), KEY_FILE),
  };
}
