import { readFileSync, writeFileSync } from 'node:fs';

/** What gives memory back that is not used now. Every part may be missing; none of it is needed to work. */
export interface ReclaimParts {
  /** V8's collector; there only with `--expose-gc`, which the single executable has. */
  readonly collect: (() => void) | undefined;
  /** Asks the system to take back what it can. @returns whether it did */
  readonly system: () => boolean;
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** The folder of this process in cgroup v2; undefined where there is none. @param cgroups text of /proc/self/cgroup (cgroups(7)) */
export function unifiedCgroup(cgroups: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(cgroups)?.[1];
  // The root is not ours to reclaim, and a path that climbs is outside what this process may see.
  return path === undefined || path === '/' || path.split('/').includes('..') ? undefined : `/sys/fs/cgroup${path}`;
}

/**
 * Linux: `memory.reclaim` of the own cgroup (kernel 5.19), which takes clean pages of the executable away; they come back from
 * the disk one by one as they are used. Only in a cgroup of the agent's own, as its unit gives it one: never in a person's session.
 */
function linuxReclaim(): boolean {
  try {
    const folder = unifiedCgroup(readFileSync('/proc/self/cgroup', 'utf8'));
    if (folder === undefined || !/\/labwatch[^/]*\.service$/.test(folder)) return false;
    writeFileSync(`${folder}/memory.reclaim`, '512M');
    return true;
  } catch (error) {
    // EAGAIN: less than was asked for was found, which is what is wanted.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN';
  }
}

/** @param windowsReclaim empties the working set (EmptyWorkingSet) */
export function reclaimParts(windowsReclaim?: () => boolean): ReclaimParts {
  const collect = (globalThis as { gc?: Collect }).gc;
  return {
    collect: collect === undefined ? undefined : () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
    system: process.platform === 'linux' ? linuxReclaim : (windowsReclaim ?? (() => false)),
  };
}

/** Gives back what the start needed and the rest of the day does not. @returns whether the system took part */
export function reclaim({ collect, system }: ReclaimParts): boolean {
  collect?.();
  return system();
}
