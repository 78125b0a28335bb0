import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';

/**
 * Paths of files that lie in memory: their answer never waits for a device. They are read at once: handing each of the fifty steps
 * of a look at the machine to another thread cost three times the CPU of the steps.
 */
const IN_MEMORY = /^\/(proc|run\/systemd|sys\/class\/net)\//;

export const isInMemory = (path: string): boolean => IN_MEMORY.test(path);

/** Lent to one read at a time, so that a look leaves little garbage. */
let lent: Buffer | undefined;

/**
 * At most `length` bytes from `offset`. Opened without waiting, and only when it is a regular file, as `readStart` of node-door.ts.
 * @throws Error when it cannot be read
 */
export function readNow(path: string, length: number, offset: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error('not a regular file');
    lent ??= Buffer.allocUnsafeSlow(65_536);
    const chunks: Buffer[] = [];
    let total = 0;
    while (total < length) {
      const bytesRead = readSync(file, lent, 0, Math.min(length - total, lent.length), offset + total);
      if (bytesRead === 0) break;
      chunks.push(Buffer.from(lent.subarray(0, bytesRead)));
      total += bytesRead;
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}

/** Names in a folder. @throws Error when it cannot be read */
export const listNow = (path: string): string[] => readdirSync(path);
