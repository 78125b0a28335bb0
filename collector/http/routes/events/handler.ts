import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VERSION } from '../../../../runtime/version.ts';
import type { HttpContext } from '../../context.ts';
import type { LiveStream } from '../../live/hub.ts';
import { authenticate } from '../../plugins/auth.ts';
import { ProblemError } from '../../problems.ts';
import { rfc3339 } from '../../time.ts';

/** A reader this far behind is gone or asleep; it comes back and reads its lists again. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/** How long a browser waits before it comes back, ms. */
const RETRY_MS = 3000;
const SERVER_ZONE = 'Asia/Ho_Chi_Minh';

/** Answers with a stream of server-sent events (WHATWG HTML, section 9.2). @throws ProblemError TOO_MANY_STREAMS */
export function openStream(context: HttpContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = new PassThrough();
  const write = (text: string): void => {
    if (body.writableEnded || body.destroyed) return;
    body.write(text);
    if (body.writableLength + body.readableLength > MOST_UNREAD_BYTES) body.destroy();
  };
  const stream: LiveStream = {
    owner: request.auth!.value,
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    heartbeat: () => write(': \n\n'),
    allowed: async () => (await authenticate(context, request)) !== null,
    end: () => void body.end(),
  };
  if (!context.hub.add(stream)) throw new ProblemError('TOO_MANY_STREAMS', { retryAfter: 30 });
  body.once('close', () => context.hub.remove(stream));
  request.raw.socket.setNoDelay(true);
  write(`retry: ${RETRY_MS}\n`);
  stream.send('hello', { at: rfc3339(context.clock.now(), SERVER_ZONE), version: VERSION });
  return reply
    .header('cache-control', 'no-store, no-transform')
    .header('x-accel-buffering', 'no')
    .type('text/event-stream; charset=utf-8')
    .send(body);
}
