import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '../../agent/update/ask.ts';
import type { Line } from '../../agent/update/line.ts';
import { placesOf, type Places } from '../../agent/update/places.ts';
import { UpdateMemory } from '../../agent/update/state.ts';
import { openTrial, passTrial } from '../../agent/update/trial.ts';
import { type Outcome, Updater, type UpdaterOptions } from '../../agent/update/updater.ts';
import { createHttp, type Http } from '../../collector/http/app.ts';
import { ChangeFeed } from '../../collector/model/change-feed.ts';
import { releasePlatform } from '../../protocol/release.ts';
import { openLedger, type Ledger } from '../../ledger/index.ts';
import { releaseCommand } from '../../provisioning/release/command.ts';
import type { Terminal } from '../../provisioning/terminal.ts';
import { silentLog } from '../../runtime/log.ts';
import { Metrics } from '../../runtime/metrics.ts';

const DAY = 86_400_000;
export const PLATFORM = releasePlatform(process.platform, process.arch)!;
export const FREE: Line = { cost: 'free', address: '127.0.0.1' };

/** An "executable" that is a shell script: it says its version to a preflight. The rest is there to make it large. */
export const script = (version: string, preflight = `echo '{"version":"${version}","ok":true}'`, bytes = 400_000): string =>
  `#!/bin/sh\n# ${version}\ncase "$1" in preflight) ${preflight};; esac\nexit $?\n# ${randomBytes(bytes).toString('base64')}\n`;

/** What the line between the school and the server does to answers with files. */
export interface Weather {
  /** Bytes of files that went through. */
  bytes: number;
  /** Requests for files. */
  files: number;
  /** Cuts the line after that many more bytes of files. */
  cutAfter: number;
}

/** A school: the collector's real HTTP interface over a real ledger, an operator's release command, and the line between. */
export class UpdateSchool {
  readonly root = mkdtempSync(join(tmpdir(), 'labwatch-update-'));
  readonly weather: Weather = { bytes: 0, files: 0, cutAfter: Infinity };
  readonly home = join(this.root, 'server');
  readonly key = join(this.root, 'release-key.pem');
  now = Date.UTC(2026, 10, 25, 1, 0, 0);
  ledger!: Ledger;
  room = '';
  readonly #machines: Machine[] = [];
  #http!: Http;
  #line!: HttpServer;
  #count = 0;

  async start(): Promise<void> {
    mkdirSync(this.home);
    this.ledger = await openLedger(this.home);
    await this.ledger.units.import([
      { code: 'T1', kind: 'school', name: 'THCS Lê Lợi', parentCode: null, zone: null },
      { code: 'T1-P1', kind: 'room', name: 'Phòng máy 1', parentCode: 'T1', zone: null },
    ]);
    this.room = (await this.ledger.units.byCode('T1-P1'))!.id;
    const many = { max: 1_000_000, windowMs: 60_000 };
    this.#http = createHttp({
      ledger: this.ledger,
      series: { read: async () => [] },
      changes: new ChangeFeed(),
      metrics: new Metrics(),
      log: silentLog,
      clock: { now: () => this.now },
      settings: { httpPort: 0, httpsPort: 0, listen: '127.0.0.1' },
      enrolment: { brokerUrl: () => 'mqtt://127.0.0.1:1' },
      health: () => [],
      consoleFolder: join(this.home, 'none'),
      home: this.home,
      limits: { requests: many, updates: many },
    });
    await this.#http.start();
    await this.#openLine();
    await this.release('keygen', '--out', this.key);
  }

  /** A proxy that counts the bytes of files and cuts when it is told to. */
  async #openLine(): Promise<void> {
    this.#line = createServer((incoming, outgoing) => {
      const options = { host: '127.0.0.1', port: this.#http.addresses().http!, path: incoming.url!, headers: incoming.headers };
      const call = request(options, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        if (!incoming.url!.includes('/agent/files/')) {
          answer.pipe(outgoing);
          return;
        }
        this.weather.files++;
        answer.on('data', (chunk: Buffer) => {
          const part = chunk.subarray(0, Math.max(0, Math.min(chunk.length, this.weather.cutAfter)));
          this.weather.cutAfter -= part.length;
          this.weather.bytes += part.length;
          outgoing.write(part, () => {
            if (part.length < chunk.length) outgoing.destroy();
          });
        });
        answer.on('end', () => outgoing.end());
      });
      call.on('error', () => outgoing.destroy());
      call.end();
    });
    await new Promise<void>((resolve) => this.#line.listen(0, '127.0.0.1', resolve));
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#line.address() as AddressInfo).port}`);
  }

  /** `labwatch release …`. @throws what the command throws */
  async release(...words: string[]): Promise<void> {
    const env = { LABWATCH_HOME: this.home };
    const quiet = { say: () => undefined, note: () => undefined, readPassword: async () => '', interactive: false, env } as const;
    await releaseCommand({ ...quiet, language: 'en', now: () => this.now } satisfies Terminal).run(words);
    // The server reads its list of releases anew after some seconds.
    this.now += 10_000;
  }

  /** Publishes a script as the executable of this platform, and opens its ring. */
  async publish(
    version: string,
    text = script(version),
    options: { keys?: string[]; percent?: number; more?: string[] } = {},
  ): Promise<void> {
    const dist = mkdtempSync(join(this.root, 'dist-'));
    writeFileSync(join(dist, `labwatch-agent-${version}-${PLATFORM}`), text);
    const key = (options.keys ?? [this.key]).join(',');
    await this.release('publish', '--key', key, '--dir', dist, '--version', version, ...(options.more ?? []));
    await this.release('ring', version, '--percent', String(options.percent ?? 100));
  }

  /** A machine of the room, with an executable of a version and the public key beside it. */
  async machine(version = '0.1.0', text = script(version)): Promise<Machine> {
    const at = this.now;
    const { text: token } = await this.ledger.credentials.createToken({
      unit: this.room,
      class: 'pc-student',
      expiresAt: at + DAY,
      maxUses: 1,
      at,
    });
    const board = `B-${++this.#count}`;
    const enrolled = await this.ledger.credentials.enrol({ token, name: 'Máy', at, fingerprint: { board, macs: [], disks: [] } });
    if (enrolled.outcome === 'refused') throw new Error(enrolled.reason);
    const made = new Machine(this, enrolled.device, enrolled.secret, mkdtempSync(join(this.root, 'pc-')));
    made.put(version, text);
    this.#machines.push(made);
    return made;
  }

  async stop(): Promise<void> {
    for (const machine of this.#machines) await machine.stop();
    this.#line.closeAllConnections();
    await new Promise((resolve) => this.#line.close(resolve));
    await this.#http.stop();
    await this.ledger.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** One PC: the folder with its executable, its data folder, and an updater as its agent would have it. */
export class Machine {
  readonly device: string;
  readonly folder: string;
  readonly places: Places;
  readonly data: string;
  line: Line = FREE;
  options: Partial<UpdaterOptions> = {};
  readonly #school: UpdateSchool;
  readonly #secret: string;
  #updater: Updater | undefined;
  memory!: UpdateMemory;

  constructor(school: UpdateSchool, device: string, secret: string, folder: string) {
    this.#school = school;
    this.device = device;
    this.#secret = secret;
    this.folder = folder;
    this.data = join(folder, 'data');
    mkdirSync(join(folder, 'opt'));
    this.places = placesOf(join(folder, 'opt', 'labwatch-agent'));
  }

  put(version: string, text = script(version)): void {
    writeFileSync(this.places.executable, text);
    chmodSync(this.places.executable, 0o755);
    writeFileSync(this.places.keys, readFileSync(`${this.#school.key}.pub`));
  }

  /** Of the script that lies in the place of the executable. */
  get version(): string {
    return /^# (\S+)$/m.exec(readFileSync(this.places.executable, 'utf8'))![1]!;
  }

  /** The agent starts: a new version proves itself at once. */
  async boot(): Promise<void> {
    await this.stop();
    this.memory = new UpdateMemory(this.data);
    this.memory.load();
    const state = openTrial(this.places, this.version);
    if (state.is === 'back') this.memory.blame(state.release, state.reason, this.#school.now);
    if (state.is === 'on') {
      passTrial(this.places);
      this.memory.proved(this.version);
    }
    this.#updater = new Updater({
      places: this.places,
      words: [],
      version: this.version,
      platform: PLATFORM,
      memory: this.memory,
      keyFile: this.places.keys,
      log: silentLog,
      now: () => this.#school.now,
      line: async () => this.line,
      meteredToo: false,
      share: true,
      connected: () => true,
      rates: { server: Infinity, neighbour: Infinity },
      ...this.options,
    });
    await this.#updater.resume(this.#server(this.#school.url));
  }

  #server(url: URL): Server {
    return { url, ca: undefined, device: this.device, secret: this.#secret };
  }

  /** Looks for an update as the agent does; starts anew when it is told to. */
  async look(url = this.#school.url): Promise<Outcome> {
    if (this.#updater === undefined) await this.boot();
    const outcome = await this.#updater!.look(this.#server(url));
    if (outcome.is === 'restart') await this.boot();
    return outcome;
  }

  /** What lies beside the executable besides itself and the key. */
  beside(): string[] {
    const { next, old, trial, starts, guard } = this.places;
    return [next, old, trial, starts, guard].filter((path) => existsSync(path)).map((path) => path.slice(path.lastIndexOf('.') + 1));
  }

  async stop(): Promise<void> {
    await this.#updater?.stop();
    this.#updater = undefined;
  }
}
