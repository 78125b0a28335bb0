import { request } from 'node:http';
import type { Socket } from 'node:net';
import { VERSION } from '../../runtime/version.ts';
import { openLine } from './line.ts';
import type { ProxyFor } from './proxy.ts';

const TIMEOUT_MS = 20_000;
const LONGEST_ANSWER = 64 * 1024;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One POST of JSON on a line of its own, with a CA of our own and through a proxy where there is one; `fetch` takes neither. @throws as openLine */
export async function post(
  url: URL,
  body: string,
  options: { readonly ca: string | undefined; readonly proxyFor: ProxyFor },
): Promise<Answer> {
  const line = (await openLine({ url, ca: options.ca, proxy: options.proxyFor(url), timeoutMs: TIMEOUT_MS })) as Socket;
  const headers = {
    host: url.host,
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    'user-agent': `labwatch-agent/${VERSION}`,
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const call = request({ method: 'POST', path: url.pathname, headers, signal, createConnection: () => line }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > LONGEST_ANSWER) response.destroy(new Error('the answer is too long'));
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      call.on('error', (error) => reject(signal.aborted ? Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }) : error));
      call.end(body);
    });
  } finally {
    line.destroy();
  }
}
