import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App } from '../context.ts';
import { ProblemError } from '../problems.ts';

/** Vite puts a hash of the content into the names of these: they may be kept for ever. */
const HASHED = /[/\\]assets[/\\]/;
const INDEX = 'index.html';

const NOT_BUILT = `<!doctype html>
<html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>labwatch</title>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>labwatch đang chạy</h1>
<p>Trang điều khiển chưa được dựng. Chạy <code>make build</code> rồi tải lại trang này.</p>
<p lang="en">labwatch is running, but the console has not been built. Run <code>make build</code>, then reload this page.</p>
<p><a href="/api/docs">API</a></p>
`;

/**
 * The built console. An address that is no file gives its index, which draws what the address means; a file that is
 * missing, and anything under /api, is not found.
 */
export async function serveConsole(app: App, folder: string): Promise<void> {
  const root = resolve(folder);
  await app.register(fastifyStatic, {
    root,
    index: INDEX,
    dotfiles: 'ignore',
    cacheControl: false,
    // The build leaves a .br and a .gz beside each file: a slow school line carries a third of the bytes.
    preCompressed: true,
    // The docs have served their own files through the same plugin.
    decorateReply: !app.hasReplyDecorator('sendFile'),
    schemaHide: true,
    setHeaders: (reply, path) => {
      void reply.header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler(async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new ProblemError('NOT_FOUND');
    const path = URL.parse(request.url, 'http://localhost')?.pathname ?? '/';
    if (/^\/api(\/|$)/.test(path) || /\.[a-z0-9]{1,8}$/i.test(path)) throw new ProblemError('NOT_FOUND');
    return sendIndex(reply, root);
  });
}

function sendIndex(reply: FastifyReply, root: string): FastifyReply {
  if (existsSync(join(root, INDEX))) return reply.header('cache-control', 'no-cache').sendFile(INDEX, root);
  return reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(NOT_BUILT);
}
