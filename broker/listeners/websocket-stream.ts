import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import { HIGH_WATER_MARK } from './port.ts';

interface Pending {
  readonly chunk: Buffer;
}

/**
 * A WebSocket as a stream of bytes. A packet that is written in pieces goes out as one frame (ws alone would make a frame of
 * every piece).
 * every piece). MQTT is carried in binary frames: a text frame ends the connection (MQTT 3.1.1, section 6.0).
 */
export function webSocketStream(socket: WebSocket): Duplex {
  const stream = createWebSocketStream(socket, {
    highWaterMark: HIGH_WATER_MARK,
    writev: (pending: Pending[], callback) => socket.send(Buffer.concat(pending.map(({ chunk }) => chunk)), callback),
  });
  socket.on('message', (_data, isBinary) => {
    if (!isBinary) stream.destroy(Object.assign(new Error('a text frame'), { code: 'WS_ERR_TEXT_FRAME' }));
  });
  return stream;
}
