import { join } from 'node:path';

/** Packed executables of releases, each under the SHA-256 of its bytes: published by the operator's command, handed out by the collector. */
export const releaseFolder = (home: string): string => join(home, 'releases', 'files');
