import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, WELCOME } from './api.ts';
import { ANY_PORTS, freePort, labwatch, Program, tempFolder } from './programs.ts';

const PASSWORD = 'mot-mat-khau-dai-va-de-nho';

async function command(args: readonly string[], home: string): Promise<string> {
  const program = labwatch(args, { LABWATCH_HOME: home });
  if ((await program.ended()) !== 0) throw new Error(program.stderr);
  return program.stdout;
}

/** A server for one room: broker, collector and console over TLS on loopback, and a token for its PCs. */
export class School {
  readonly api: Api;
  readonly up: Program;
  /** Address for an agent. */
  readonly server: string;
  readonly mqtts: number;
  readonly ca: string;
  readonly token: string;
  readonly #remove: () => void;

  private constructor(parts: { api: Api; up: Program; server: string; mqtts: number; ca: string; token: string; remove: () => void }) {
    this.api = parts.api;
    this.up = parts.up;
    this.server = parts.server;
    this.mqtts = parts.mqtts;
    this.ca = parts.ca;
    this.token = parts.token;
    this.#remove = parts.remove;
  }

  /** @param env settings of the server beside its ports */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<School> {
    const { path: home, remove } = tempFolder('school');
    const [https, mqtts] = [await freePort(), await freePort()];
    const ports = { ...ANY_PORTS, LABWATCH_HTTPS_PORT: String(https), LABWATCH_MQTTS_PORT: String(mqtts) };
    const up = labwatch(['up', '--no-agent'], { ...ports, LABWATCH_HOME: home, ...env });
    const [, url = '', password = ''] = await up.says(WELCOME);
    const csv = join(home, 'units.csv');
    writeFileSync(csv, 'code,kind,name,parent,zone\nP1,room,Phòng Tin học 1,,\n');
    await command(['unit', 'import', csv], home);
    const { token } = JSON.parse(await command(['token', 'create', '--unit', 'P1', '--json'], home)) as { token: string };
    const api = new Api(url);
    await api.login(password, PASSWORD);
    return new School({ api, up, server: `https://127.0.0.1:${https}`, mqtts, ca: join(home, 'tls/ca.crt'), token, remove });
  }

  /** What an agent needs to enrol here. */
  agentEnv(home: string): NodeJS.ProcessEnv {
    return { LABWATCH_HOME: home, LABWATCH_SERVER: this.server, LABWATCH_CA: this.ca, LABWATCH_TOKEN: this.token };
  }

  async close(): Promise<void> {
    await this.up.stop();
    this.#remove();
  }
}
