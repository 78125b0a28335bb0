import { connect as tcpConnect } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Program, tempFolder, until } from '../tools/programs.ts';

/** Debian's Mosquitto on loopback, without persistence on disk. */
export class Mosquitto {
  readonly port: number;
  readonly #folder = tempFolder('mosquitto');
  readonly #config: string;
  #program: Program | undefined;

  private constructor(port: number, extra: readonly string[]) {
    this.port = port;
    this.#config = join(this.#folder.path, 'mosquitto.conf');
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      'max_queued_messages 0',
      'user root',
      ...extra,
    ];
    writeFileSync(this.#config, lines.join('\n'));
  }

  static async create(extra: readonly string[] = []): Promise<Mosquitto> {
    return new Mosquitto(await freePort(), extra);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = new Program('mosquitto', ['-c', this.#config]);
    this.#program = program;
    let missing: Error | undefined;
    program.child.on('error', (error) => (missing = new Error(`mosquitto is not installed (${error.message}): apt-get install mosquitto`)));
    await until('mosquitto', async () => {
      if (missing !== undefined) throw missing;
      const socket = tcpConnect(this.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
      return true;
    });
  }

  /** Ends the broker, leaving its address to be used again. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#program?.stop(signal);
    this.#program = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }
}
