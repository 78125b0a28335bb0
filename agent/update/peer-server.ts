import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Neighbours that are served at once; one more is told to come back. */
const MOST_AT_ONCE = 8;
const MOST_CONNECTIONS = 32;
const PIECE_BYTES = 64 * 1024;
/** For each neighbour: eight of them leave a Fast Ethernet card some room. */
const BYTES_A_SECOND = 1024 * 1024;
/** The most a neighbour may take with one request; ours ask for 1 MiB. */
const MOST_OF_A_REQUEST = 4 * 1024 * 1024;
/** RFC 1918, link-local and this machine; as Node shows them, perhaps mapped into IPv6. */
const NEAR = /^(::ffff:)?(10|127|172\.(1[6-9]|2\d|3[01])|192\.168|169\.254)\.|^::1$/;

export const peerPath = (sha256: string): string => `/labwatch/v1/${sha256}`;

export interface Shared {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  /** The one address it listens on, inside the local network. */
  readonly address: string;
  /** The port it would like; another one when that is taken. 0 = any. */
  readonly port: number;
}

/**
 * Hands one file to neighbours, over plain HTTP: it is public, and whoever gets it checks it against what was signed. It knows
 * one path and only byte ranges, and answers the local network alone.
 */
export class PeerServer {
  readonly #shared: Shared;
  readonly #server: Server;
  #serving = 0;

  private constructor(shared: Shared) {
    this.#shared = shared;
    const options = { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 1_000, maxHeaderSize: 4096 };
    this.#server = createServer(options, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    // It must not keep a process alive that wants to end.
    this.#server.unref();
  }

  /** @throws the error of the system when the address cannot be used */
  static async start(shared: Shared): Promise<PeerServer> {
    const made = new PeerServer(shared);
    try {
      await made.#listen(shared.port);
    } catch (error) {
      if (shared.port === 0) throw error;
      await made.#listen(0);
    }
    made.#server.on('error', () => undefined);
    return made;
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen({ host: this.#shared.address, port, exclusive: true });
    await once(this.#server, 'listening');
  }

  get sha256(): string {
    return this.#shared.sha256;
  }

  get address(): string {
    return this.#shared.address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where neighbours find it. */
  get near(): string {
    return `${this.#shared.address}:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sha256, size } = this.#shared;
    const end = (status: number): void => void response.writeHead(status, { 'content-length': 0, connection: 'close' }).end();
    if (!NEAR.test(request.socket.remoteAddress ?? '')) return void request.destroy();
    if (request.method !== 'GET' || request.url !== peerPath(sha256)) return end(404);
    const range = /^bytes=(\d{1,12})-(\d{1,12})$/.exec(request.headers.range ?? '');
    const [from, to] = [Number(range?.[1] ?? -1), Number(range?.[2] ?? -1)];
    if (range === null || from > to || to >= size || to - from >= MOST_OF_A_REQUEST) return end(416);
    if (this.#serving >= MOST_AT_ONCE) return end(503);
    this.#serving++;
    try {
      const headers = { 'content-range': `bytes ${from}-${to}/${size}`, 'content-length': to - from + 1, connection: 'close' };
      response.writeHead(206, { 'content-type': 'application/zstd', ...headers });
      await this.#send(response, from, to);
    } finally {
      this.#serving--;
    }
  }

  async #send(response: ServerResponse, from: number, to: number): Promise<void> {
    const file = await open(this.#shared.path, 'r');
    try {
      for (let at = from; at <= to && !response.destroyed;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - at + 1));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error('the file became shorter');
        at += bytesRead;
        const wait = (bytesRead / BYTES_A_SECOND) * 1000;
        if (response.write(piece.subarray(0, bytesRead))) await sleep(at > to ? 0 : wait);
        else await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      response.end();
    } finally {
      await file.close();
    }
  }
}
