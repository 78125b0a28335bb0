import { connect } from 'node:net';
import type { Line } from '../probes/probe.ts';

const MOST_KEPT = 256 * 1024;

/**
 * Opens a Unix socket for a talk of several questions.
 * @returns undefined when nobody listens, or not in time
 */
export function openLine(path: string, timeoutMs: number): Promise<Line | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let kept = Buffer.alloc(0);
    let ended = false;
    let wake: () => void = () => {};
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, timeoutMs);
    socket.on('data', (bytes: Buffer) => {
      kept = Buffer.concat([kept, bytes]);
      // Nobody asked for that much.
      if (kept.length > MOST_KEPT) socket.destroy();
      wake();
    });
    socket.on('error', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.on('close', () => {
      ended = true;
      wake();
    });
    socket.on('connect', () => {
      clearTimeout(timer);
      resolve({
        write: (bytes) => void socket.write(bytes),
        read: async (length, readMs) => {
          const until = performance.now() + readMs;
          while (kept.length < length) {
            const left = until - performance.now();
            if (ended || left <= 0) return undefined;
            const { promise, resolve: more } = Promise.withResolvers<void>();
            wake = more;
            const late = setTimeout(more, left);
            await promise;
            clearTimeout(late);
          }
          const bytes = kept.subarray(0, length);
          kept = kept.subarray(length);
          return Uint8Array.from(bytes);
        },
        close: () => void socket.destroy(),
      });
    });
  });
}
