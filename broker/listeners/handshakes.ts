import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Accepted, Handshake } from './port.ts';
import type { TlsMaterial } from './tls-material.ts';
import { webSocketStream } from './websocket-stream.ts';

/** Subprotocols of MQTT over WebSocket (MQTT 3.1.1, section 6; the second is MQTT 3.1's). */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];
const PATHS: ReadonlySet<string> = new Set(['/', '/mqtt']);
const MAX_HEADER_BYTES = 8 * 1024;
/** Longest fixed header: one byte of type and four of length. */
const FIXED_HEADER_BYTES = 5;
/** Pieces of one frame: each costs a few hundred bytes of memory however small it is, and nobody is logged in yet. No client we know cuts frames up. */
const MAX_FRAGMENTS = 256;

/** MQTT straight on the socket. */
export const plain: Handshake = (accepted) => accepted.ready(accepted.socket);

/**
 * Gives a server sockets that it did not accept itself, and finds what was accepted again when it answers with another
 * object for the same connection.
 */
class Behind {
  readonly #accepted = new WeakMap<object, Accepted>();
  readonly #byPeer = new Map<string, Accepted>();

  give(server: TlsServer | HttpServer, accepted: Accepted): void {
    const { socket } = accepted;
    this.#accepted.set(socket, accepted);
    const key = peerOf(socket);
    this.#byPeer.set(key, accepted);
    socket.once('close', () => {
      if (this.#byPeer.get(key) === accepted) this.#byPeer.delete(key);
    });
    server.emit('connection', socket);
  }

  of(socket: Socket | TLSSocket | Duplex): Accepted | undefined {
    return this.#accepted.get(socket) ?? this.#byPeer.get(peerOf(socket as Socket));
  }
}

/** A TLS socket reports the addresses of the socket under it; on one listener they name a connection. */
const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

export function overTls(material: TlsMaterial): Handshake {
  const behind = new Behind();
  const server = createTlsServer({ ...material, minVersion: 'TLSv1.2' }, (socket) => behind.of(socket)?.ready(socket));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return (accepted) => behind.give(server, accepted);
}

/** @param maxPacket bytes; one frame holds at most one packet of this size */
export function overWebSocket(maxPacket: number, material?: TlsMaterial): Handshake {
  const behind = new Behind();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxFragments: MAX_FRAGMENTS,
    maxPayload: maxPacket + FIXED_HEADER_BYTES,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  const onRequest: RequestListener = (request, response) => {
    const accepted = behind.of(request.socket);
    response.writeHead(426, { upgrade: 'websocket', connection: 'close', 'content-type': 'text/plain' });
    response.end('MQTT over WebSocket\n', () => accepted?.refuse('websocket-request'));
  };
  const server: HttpServer =
    material === undefined
      ? createHttpServer({ maxHeaderSize: MAX_HEADER_BYTES }, onRequest)
      : createHttpsServer({ ...material, minVersion: 'TLSv1.2', maxHeaderSize: MAX_HEADER_BYTES }, onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const accepted = behind.of(request.socket);
    if (accepted === undefined) return void socket.destroy();
    socket.on('error', () => undefined);
    if (!isMqtt(request)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n', () => accepted.refuse('websocket-request'));
      return undefined;
    }
    return sockets.handleUpgrade(request, socket, head, (webSocket) => accepted.ready(webSocketStream(webSocket)));
  });
  sockets.on('wsClientError', (_error, socket) => behind.of(socket)?.refuse('websocket-request'));
  server.on('clientError', (_error, socket) => behind.of(socket)?.refuse('websocket-request'));
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
  return (accepted) => behind.give(server, accepted);
}

function isMqtt(request: IncomingMessage): boolean {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return PATHS.has(path) && offered.some((name) => SUBPROTOCOLS.includes(name));
}
