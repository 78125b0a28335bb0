import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';

/** What both systems do alike at their doors. */

export const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Nothing there, may not be read, or not a thing to read: all the same to a probe. */
export async function orUndefined<T>(action: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}

/**
 * Reads until `length` bytes are there or the file ends. Files of /proc and /sys say that their size is 0, so the size
 * is not asked. Opened without waiting (where the system can), and only when it is a regular file: a pipe (logind keeps some
 * beside its files) would hold the thread for ever.
 */
export async function readStart(path: string, length: number, offset: number, owner?: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new Error('not a regular file');
    if (owner !== undefined && about.uid !== owner) throw new Error('belongs to somebody else');
    const chunks: Buffer[] = [];
    let total = 0;
    while (total < length) {
      const buffer = Buffer.allocUnsafe(Math.min(length - total, 65_536));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset + total);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      total += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/** Sends a request to a Unix socket or a named pipe and reads until the other side closes or the time is up. */
export function askSocket(path: string, request: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const chunks: Buffer[] = [];
    let total = 0;
    const settle = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(total === 0 ? undefined : Buffer.concat(chunks).toString('utf8'));
    };
    const timer = setTimeout(settle, timeoutMs);
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      total += chunk.length;
      if (total >= MAX_ANSWER_BYTES) settle();
    });
    socket.on('error', settle);
    socket.on('close', settle);
  });
}
