import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { listenError } from '../../runtime/errors.ts';
import type { Admission } from '../limits/admission.ts';
import type { Refusal } from '../refusals/catalogue.ts';
import type { RefusalRecorder } from '../refusals/recorder.ts';
import type { Connection, Transport } from '../sessions/session.ts';

/** A whole room of PCs that wakes at once must not be turned away by the kernel: Node's own 511 costs seconds in a storm. */
const BACKLOG = 4096;
/** What one connection may have waiting in each direction before its sender is slowed: memory times connections. */
export const HIGH_WATER_MARK = 16 * 1024;

/** A socket that was taken, and where to report what becomes of it. */
export interface Accepted {
  readonly socket: Socket;
  readonly address: string;
  readonly transport: Transport;
  /** MQTT begins: this stream carries it. */
  ready(stream: Connection['stream']): void;
  refuse(reason: Refusal): void;
}

const isTls = (transport: Transport): boolean => transport === 'mqtts' || transport === 'wss';

/** Turns an accepted socket into a stream of MQTT: at once, or after a TLS or WebSocket handshake. */
export type Handshake = (accepted: Accepted) => void;

export interface PortOptions {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  /** Flag of the setting, for the error a person reads. */
  readonly flag: string;
  readonly handshake: Handshake;
  readonly timeoutMs: number;
  readonly admission: Admission;
  readonly recorder: RefusalRecorder;
  readonly log: Log;
  readonly onConnection: (connection: Connection) => void;
}

/**
 * One listening TCP port. Admission and the time a handshake may take are the same for all transports, so it is one
 * `net.Server` that accepts, and the TLS and HTTP servers behind it are only given sockets (they never listen themselves).
 */
export class Port implements Lifecycle {
  readonly #options: PortOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: PortOptions) {
    this.#options = options;
  }

  /** The port in use, once started. */
  get number(): number | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port;
  }

  /** @throws LabwatchError PORT_IN_USE, PORT_FORBIDDEN */
  async start(): Promise<void> {
    const { host, port, flag, log, transport } = this.#options;
    const server = createServer({ noDelay: true, highWaterMark: HIGH_WATER_MARK }, (socket) => this.#accept(socket));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: BACKLOG }, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      throw listenError(error, { host, port, flag });
    }
    // Without file descriptors left accept() fails; the next one may work.
    server.on('error', (error) => log.error({ transport, why: error.message }, 'a connection could not be accepted'));
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    const { admission, recorder, transport, timeoutMs, handshake, onConnection } = this.#options;
    // Whoever takes the socket over listens too; an error in between must not end the process.
    socket.on('error', () => undefined);
    const address = socket.remoteAddress;
    if (address === undefined) return void socket.destroy();
    let settled = false;
    const refuse = (reason: Refusal): void => {
      if (!settled) recorder.refuse(reason, { address, transport });
      settled = true;
      socket.destroy();
    };
    const refusal = admission.admit(address);
    if (refusal !== undefined) return refuse(refusal);
    const timer = setTimeout(() => refuse('connect-timeout'), timeoutMs);
    this.#sockets.add(socket);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      admission.release();
      // A peer that said something and was gone before TLS stood: it did not like our certificate, or it speaks no TLS.
      if (isTls(transport) && socket.bytesRead > 0) refuse('tls-handshake');
    });
    const ready = (stream: Connection['stream']): void => {
      settled = true;
      clearTimeout(timer);
      onConnection({ stream, socket, transport, address });
    };
    handshake({ socket, address, transport, ready, refuse });
  }
}
