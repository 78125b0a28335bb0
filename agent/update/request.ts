import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { VERSION } from '../../runtime/version.ts';

export interface Wish {
  readonly url: URL;
  /** PEM to trust instead of the system's authorities. */
  readonly ca: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence on the line, ms. */
  readonly silenceMs: number;
}

/** GET: the answer, as soon as its head is there. Nothing is kept open for the next one. @throws what the system or TLS says */
export function get({ url, ca, headers, silenceMs }: Wish): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const send = secure ? httpsRequest : httpRequest;
    const options = {
      agent: false,
      headers: { 'user-agent': `labwatch-agent/${VERSION}`, ...headers },
      ...(secure && ca !== undefined ? { ca } : {}),
    };
    const call = send(url, options, resolve);
    call.setTimeout(silenceMs, () => call.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })));
    call.on('error', reject);
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
