import { constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICE } from './layout.ts';

/**
 * The folder of this process's own memory group under cgroup v2, from the text of /proc/self/cgroup (`0::/path`, see
 * cgroups(7)). Pure.
 * @returns undefined when there is no such group, or when it is shared with others: only the group of our own unit is ours
 */
export function ownGroup(text: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(text)?.[1];
  return path?.endsWith(`/${SERVICE}.service`) === true ? path : undefined;
}

/**
 * Asks the kernel once to take back what this process does not need now (docs.kernel.org/admin-guide/cgroup-v2.html,
 * memory.reclaim, Linux 5.19): half of what a start has touched is never used again. A hard limit would do the same for ever and
 * make an old PC thrash. Kernels without it, cgroup v1 and a process that is not in its own unit are left alone.
 * @param root another folder to stand for `/`
 * @returns bytes asked for; undefined when nothing was asked
 */
export async function reclaim(root = '/'): Promise<number | undefined> {
  try {
    const group = ownGroup(await readFile(join(root, 'proc/self/cgroup'), 'utf8'));
    if (group === undefined) return undefined;
    const folder = join(root, 'sys/fs/cgroup', group);
    const bytes = Number((await readFile(join(folder, 'memory.current'), 'utf8')).trim());
    if (!Number.isSafeInteger(bytes) || bytes <= 0) return undefined;
    // It never gets all of it, and says so with EAGAIN.
    const given = writeFile(join(folder, 'memory.reclaim'), String(bytes), { flag: constants.O_WRONLY });
    await given.catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    });
    return bytes;
  } catch {
    return undefined;
  }
}
