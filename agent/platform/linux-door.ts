import { spawn } from 'node:child_process';
import { lstat, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { Door } from '../probes/probe.ts';
import { openLine } from './line.ts';
import { isInMemory, listNow, readNow } from './memory-files.ts';
import { askSocket, MAX_TEXT_BYTES, orUndefined, readStart } from './node-door.ts';

/**
 * In a process group of its own, so that what it started ends with it. English and plain: its answer is parsed.
 */
function runProgram(
  file: string,
  args: readonly string[],
  options: { timeoutMs: number; maxBytes: number; anyExit: boolean },
): Promise<string | undefined> {
  const { timeoutMs, maxBytes, anyExit } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', LANG: 'C' },
    });
    const chunks: Buffer[] = [];
    let total = 0;
    let settled = false;
    const settle = (answer: string | undefined): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve(answer);
    };
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended by itself in the meantime.
      }
      child.stdout.destroy();
      settle(undefined);
    };
    const timer = setTimeout(end, timeoutMs);
    child.on('error', () => settle(undefined));
    child.stdout.on('data', (chunk: Buffer) => {
      total += chunk.length;
      chunks.push(chunk);
      if (total > maxBytes) end();
    });
    child.on('close', (code) => settle(code === 0 || (anyExit && code !== null) ? Buffer.concat(chunks).toString('utf8') : undefined));
  });
}

/**
 * The door to a Linux machine.
 * @param root another folder to stand for `/` (a copy of another machine's files)
 */
export function linuxDoor(root = '/'): Door {
  const at = (path: string): string => (root === '/' ? path : join(root, path));
  const read = async (path: string, length: number, offset: number): Promise<Uint8Array> =>
    isInMemory(path) ? readNow(at(path), length, offset) : readStart(at(path), length, offset);
  const list = async (path: string): Promise<string[]> => (isInMemory(path) ? listNow(at(path)) : readdir(at(path)));
  return {
    readText: (path) => orUndefined(async () => Buffer.from(await read(path, MAX_TEXT_BYTES, 0)).toString('utf8')),
    readBytes: (path, length, offset = 0) => orUndefined(() => read(path, length, offset)),
    listDir: (path) => orUndefined(async () => (await list(path)).toSorted()),
    stat: (path) =>
      orUndefined(async () => {
        const { mtimeMs, atimeMs, size } = await stat(at(path));
        return { mtimeMs, atimeMs, size };
      }),
    realPath: (path) =>
      orUndefined(async () => {
        const real = await realpath(at(path));
        if (root === '/') return real;
        const base = await realpath(root);
        if (!real.startsWith(base + sep) || !isAbsolute(real)) throw new Error('points out of the root');
        return real.slice(base.length);
      }),
    space: (path) =>
      orUndefined(async () => {
        const { bsize, blocks, bfree, bavail } = await statfs(at(path));
        return { total: bsize * blocks, free: bsize * bfree, available: bsize * bavail };
      }),
    owner: (path) => orUndefined(async () => (await lstat(at(path))).uid),
    readOwned: (path, length, owner) => orUndefined(() => readStart(at(path), length, 0, owner)),
    dial: (socket, timeoutMs) => openLine(at(socket), timeoutMs),
    ask: (socket, request, timeoutMs) => askSocket(at(socket), request, timeoutMs),
    // `spawn` itself throws where starting programs is forbidden.
    run: (file, args, { timeoutMs, maxBytes = MAX_TEXT_BYTES, anyExit = false }) =>
      orUndefined(() => runProgram(file, args, { timeoutMs, maxBytes, anyExit })),
  };
}
