import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { VERSION } from '../../runtime/version.ts';
import { openLine } from '../net/line.ts';
import type { ProxyFor } from '../net/proxy.ts';

export interface Wish {
  readonly url: URL;
  /** PEM to trust instead of the system's authorities. */
  readonly ca: string | undefined;
  /** Which proxy to go through. Default: none. */
  readonly proxyFor?: ProxyFor | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence on the line, ms. */
  readonly silenceMs: number;
}

/** GET on a line of its own: the answer, as soon as its head is there. @throws what the system, TLS or the other side says */
export async function get({ url, ca, proxyFor, headers, silenceMs }: Wish): Promise<IncomingMessage> {
  const line = (await openLine({ url, ca, proxy: proxyFor?.(url), timeoutMs: silenceMs })) as Socket;
  const all = { host: url.host, connection: 'close', 'user-agent': `labwatch-agent/${VERSION}`, ...headers };
  return new Promise((resolve, reject) => {
    const call = request({ path: `${url.pathname}${url.search}`, headers: all, createConnection: () => line }, (response) => {
      response.once('close', () => line.destroy());
      resolve(response);
    });
    call.setTimeout(silenceMs, () => call.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    call.on('error', (error) => {
      line.destroy();
      reject(error);
    });
    call.end();
  });
}

/** The body as text. @throws when it is longer than `most` bytes */
export async function textOf(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
