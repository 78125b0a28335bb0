import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** For tests: answers POST /api/v1/enrolments as the collector does, over plain HTTP on loopback. */
export class EnrolmentServer {
  /** Bodies of the requests, as they came. */
  readonly requests: string[] = [];
  readonly device: string;
  readonly secret: string;
  readonly brokerUrl: () => string;
  /** A problem code to refuse with. */
  refusal: string | undefined;
  port = 0;
  #server: Server | undefined;

  constructor(options: { device: string; secret: string; brokerUrl: () => string }) {
    this.device = options.device;
    this.secret = options.secret;
    this.brokerUrl = options.brokerUrl;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        this.requests.push(`${JSON.stringify(request.headers)} ${body}`);
        const answer =
          this.refusal === undefined
            ? { device: this.device, secret: this.secret, broker: { url: this.brokerUrl() } }
            : { type: 'about:blank', title: 'refused', status: 403, code: this.refusal };
        response.writeHead(this.refusal === undefined ? 201 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
