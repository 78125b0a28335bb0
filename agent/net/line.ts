import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connectThrough, type Proxy } from './proxy.ts';
import { trusted } from './trust.ts';

/** Where a line goes, and how. */
export interface LineOptions {
  /** http, https, mqtt, mqtts, ws or wss. */
  readonly url: URL;
  /** PEM of the one authority that is trusted; the system's when absent. */
  readonly ca: string | undefined;
  /** On the way there. */
  readonly proxy?: Proxy | undefined;
  /** The certificate of the pinned authority is not valid at this machine's time, and was taken all the same. */
  readonly onOutOfTime?: () => void;
  /** Until the line stands: TCP, TLS and WebSocket together. */
  readonly timeoutMs: number;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };
/** Without the hybrid post-quantum groups, whose keys cost 2.3 kB a connection; what a report tells is not secret for decades. */
const CURVES = 'X25519:P-256';
const SECURE = new Set(['https:', 'mqtts:', 'wss:']);

/** Host name or address without the brackets of IPv6, and the port. */
export function endOf(url: URL): { host: string; port: number } {
  return { host: url.hostname.replaceAll(/^\[|\]$/g, ''), port: url.port === '' ? PORTS[url.protocol]! : Number(url.port) };
}

/** Resolves at the event; rejects at an error, or when the line is closed first. */
function once(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('the line was closed'), { code: 'ECONNRESET' })));
  });
}

/** With an authority of our own the certificate is judged in trust.ts, where a wrong clock is known for what it is. */
function tlsOver(socket: Socket, host: string, ca: string | undefined): TLSSocket {
  const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return connectTls({ socket, host, ecdhCurve: CURVES, ...name, ...(ca === undefined ? {} : { ca: [ca], rejectUnauthorized: false }) });
}

async function open({ url, ca, proxy, onOutOfTime }: LineOptions, opened: (socket: Duplex) => void): Promise<Duplex> {
  const { host, port } = endOf(url);
  const tcp = connectTcp({ host: proxy?.host ?? host, port: proxy?.port ?? port, noDelay: true });
  opened(tcp);
  await once(tcp, 'connect');
  if (proxy !== undefined) await connectThrough(tcp, { host, port }, proxy);
  let line: Socket = tcp;
  if (SECURE.has(url.protocol)) {
    const secure = tlsOver(tcp, host, ca);
    opened(secure);
    await once(secure, 'secureConnect');
    // Nothing was said yet.
    if (ca !== undefined && !trusted(secure, host, ca)) onOutOfTime?.();
    line = secure;
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return line;
  // Loaded only where it is needed: most machines never speak WebSocket.
  const { webSocketOver } = await import('./websocket.ts');
  return webSocketOver(line, url);
}

/**
 * Opens a line of bytes: TCP, TLS and WebSocket as the address says. Nobody listens to its errors yet when this resolves.
 * @throws the error of the system, of TLS, or of the other side; ETIMEDOUT when it does not stand in time
 */
export async function openLine(options: LineOptions): Promise<Duplex> {
  const parts: Duplex[] = [];
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), options.timeoutMs);
  const opening = open(options, (part) => {
    // An error that comes after somebody gave up must not end the process.
    part.on('error', () => undefined);
    parts.push(part);
  });
  try {
    return await Promise.race([opening, late.promise]);
  } catch (error) {
    opening.catch(() => undefined);
    // The outermost, which takes the others with it: a socket that is taken away from under TLS crashes Node 26.
    parts.at(-1)?.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
