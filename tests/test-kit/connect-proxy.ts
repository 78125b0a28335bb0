import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A real proxy for HTTP CONNECT on loopback. */
export class ConnectProxy {
  /** `name:password` it asks for. */
  login: string | undefined;
  /** Status it refuses everything with. */
  refuses: number | undefined;
  /** It takes the request and never answers. */
  silent = false;
  /** Targets it was asked for. */
  readonly asked: string[] = [];
  port = 0;
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    this.#server.on('connect', (request, socket: Socket, head: Buffer) => {
      const target = request.url ?? '';
      this.asked.push(target);
      if (this.silent) return;
      const basic = this.login === undefined ? undefined : `Basic ${Buffer.from(this.login).toString('base64')}`;
      const refusal = this.refuses ?? (basic !== undefined && request.headers['proxy-authorization'] !== basic ? 407 : undefined);
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const url = new URL(`http://${target}`);
      const onward = connect(Number(url.port), url.hostname);
      this.#sockets.add(onward);
      onward.on('error', () => socket.destroy());
      onward.on('connect', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
