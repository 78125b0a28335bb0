import { createServer, type Server } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { listenError } from '../../runtime/errors.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import { buildApp } from './build.ts';
import { DEFAULT_LIMITS, type App, type HttpContext, type HttpOptions } from './context.ts';
import { Fleet } from './devices/fleet.ts';
import { FirstPassword } from './first-password.ts';
import { boundConnections } from './connections.ts';
import { LiveHub } from './live/hub.ts';

export type { AskedAt, Check, HttpLimits, HttpOptions } from './context.ts';

const LOOPBACK = '127.0.0.1';
/** A school behind one router has a few hundred pages open at most; each page takes up to six connections. */
const MOST_OF_ONE_ADDRESS = 500;
const MOST_CONNECTIONS = 5_000;

/** The HTTP interface: console, API, probes. */
export interface Http extends Lifecycle {
  /** Real ports after start; `https` only with TLS material. */
  addresses(): { http?: number; https?: number };
  /** The one-time password of `admin`, until it is changed. */
  firstPassword(): string | undefined;
}

/** Context of an app: the options, completed. */
export function createContext(options: HttpOptions, passwordChanged: (name: string) => void): HttpContext {
  const limit = { ...DEFAULT_LIMITS, ...options.limits };
  const fleet = new Fleet(options.ledger, options.clock);
  const hub = new LiveHub({
    subscribe: (listener) => options.changes.subscribe(listener),
    summaries: (ids) => fleet.summaries(ids),
    clock: options.clock,
    log: options.log,
    most: limit.streams,
  });
  return { ...options, limit, fleet, hub, passwordChanged };
}

class HttpInterface implements Http {
  readonly #options: HttpOptions;
  readonly #first: FirstPassword;
  readonly #context: HttpContext;
  #app: App | undefined;
  #secure: Server | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#first = new FirstPassword(options.ledger.users, options.home);
    this.#context = createContext(options, (name) => this.#first.changed(name));
  }

  async start(): Promise<void> {
    if (this.#app !== undefined) return;
    const { httpPort, httpsPort, listen } = this.#options.settings;
    await this.#first.prepare();
    const app = await buildApp(this.#context);
    this.#app = app;
    this.#context.hub.start();
    try {
      await app.listen({ host: LOOPBACK, port: httpPort }).catch((error: unknown) => {
        throw listenError(error, { host: LOOPBACK, port: httpPort, flag: 'http-port' });
      });
      await this.#listenSecure(app, listen, httpsPort);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The same app behind TLS. */
  async #listenSecure(app: App, host: string, port: number): Promise<void> {
    const { tls } = this.#options;
    if (tls === undefined) return;
    const options = { ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 72_000 } as const;
    const server = createServer(options, (request, response) => app.routing(request, response));
    boundConnections(server, { all: MOST_CONNECTIONS, each: MOST_OF_ONE_ADDRESS });
    this.#secure = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    }).catch((error: unknown) => {
      throw listenError(error, { host, port, flag: 'https-port' });
    });
    server.on('error', (error) => this.#options.log.warn({ err: error }, 'TLS listener'));
  }

  async stop(): Promise<void> {
    this.#context.hub.stop();
    const [app, secure] = [this.#app, this.#secure];
    this.#app = undefined;
    this.#secure = undefined;
    await Promise.all([app?.close(), closeServer(secure)]);
  }

  addresses(): { http?: number; https?: number } {
    const http = portOf(this.#app?.server);
    const https = portOf(this.#secure);
    return { ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) };
  }

  firstPassword(): string | undefined {
    return this.#first.current;
  }
}

function portOf(server: NetServer | undefined): number | undefined {
  return server?.listening === true ? (server.address() as AddressInfo).port : undefined;
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined || !server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** The HTTP interface of the collector: plain on 127.0.0.1, and the same behind TLS when there is a certificate. */
export function createHttp(options: HttpOptions): Http {
  return new HttpInterface(options);
}
