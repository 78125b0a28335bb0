import type { Server, Socket } from 'node:net';

/**
 * Bounds the open connections of a listener that the network reaches: in all, and those of one address, so that one visitor who
 * opens many and says nothing does not keep everybody else out. What is over the bound is closed at once.
 */
export function boundConnections(server: Server, most: { readonly all: number; readonly each: number }): void {
  const open = new Map<string, number>();
  server.maxConnections = most.all;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > most.each) return void socket.destroy();
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    return undefined;
  });
}
