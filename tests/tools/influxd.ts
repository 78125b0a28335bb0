import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Program, until } from './programs.ts';

/** Debian's InfluxDB 1.6.7 on loopback, its data in a folder of the test. */
export class Influxd {
  readonly url: string;
  readonly #config: string;
  #program: Program | undefined;

  private constructor(url: string, config: string) {
    this.url = url;
    this.#config = config;
  }

  static async create(folder: string, options: { auth?: boolean } = {}): Promise<Influxd> {
    mkdirSync(folder, { recursive: true });
    const [http, rpc] = [await freePort(), await freePort()];
    const config = join(folder, 'influxdb.conf');
    writeFileSync(
      config,
      [
        'reporting-disabled = true',
        `bind-address = "127.0.0.1:${rpc}"`,
        `[meta]\ndir = "${folder}/meta"`,
        `[data]\ndir = "${folder}/data"\nwal-dir = "${folder}/wal"\nquery-log-enabled = false`,
        `[http]\nenabled = true\nbind-address = "127.0.0.1:${http}"\nlog-enabled = false\nauth-enabled = ${options.auth === true}`,
        '[monitor]\nstore-enabled = false',
        '[logging]\nlevel = "error"',
      ].join('\n'),
    );
    return new Influxd(`http://127.0.0.1:${http}`, config);
  }

  async start(): Promise<void> {
    const program = new Program('influxd', ['run', '-config', this.#config]);
    this.#program = program;
    program.child.on('error', () => {
      throw new Error('influxd is not installed: apt-get install influxdb');
    });
    await until('influxd', async () => (await fetch(`${this.url}/ping`)).status === 204);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#program?.stop(signal);
    this.#program = undefined;
  }

  /** One InfluxQL statement; rows as objects. */
  async query(statement: string, database?: string): Promise<Record<string, unknown>[]> {
    const url = new URL('/query', this.url);
    url.searchParams.set('epoch', 'ms');
    if (database !== undefined) url.searchParams.set('db', database);
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ q: statement }) });
    const body = (await response.json()) as {
      results: { error?: string; series?: { columns: string[]; tags?: Record<string, string>; values: unknown[][] }[] }[];
    };
    const [result] = body.results;
    if (result?.error !== undefined) throw new Error(result.error);
    return (result?.series ?? []).flatMap((series) =>
      series.values.map((row) => ({ ...series.tags, ...Object.fromEntries(series.columns.map((column, i) => [column, row[i]])) })),
    );
  }
}
