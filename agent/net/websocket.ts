import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';

interface Pending {
  readonly chunk: Buffer;
}

/** The subprotocol and the path that brokers expect (MQTT 3.1.1, section 6). */
const SUBPROTOCOL = 'mqtt';
const PATH = '/mqtt';

/** MQTT over WebSocket on a line that stands. What is written in one go leaves as one frame. @throws what the other side answered instead */
export async function webSocketOver(line: Socket, url: URL): Promise<Duplex> {
  const address = new URL(url);
  // TLS is under it already; the address only names host and path in the request.
  address.protocol = 'ws:';
  if (address.pathname === '/') address.pathname = PATH;
  const socket = new WebSocket(address, SUBPROTOCOL, { createConnection: () => line, perMessageDeflate: false });
  const stream = createWebSocketStream(socket, {
    writev: (pending: Pending[], callback) => socket.send(Buffer.concat(pending.map(({ chunk }) => chunk)), callback),
  });
  stream.on('error', () => undefined);
  await once(socket, 'open');
  return stream;
}
