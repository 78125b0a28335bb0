import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Admission } from '../../agent/core/admission.ts';
import { Outbox } from '../../agent/core/outbox/outbox.ts';
import type { Credentials } from '../../agent/identity/credentials.ts';
import { Identity } from '../../agent/identity/identity.ts';
import { type AgentSettings, agentSettings } from '../../agent/main.ts';
import { silentLog } from '../../runtime/log.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { type Hardware, platformOf, type View } from './hardware.ts';
import { Line } from './line.ts';
import type { SimClock } from './sim-clock.ts';

/** What is on the disk of one system: the agent's data folder, and the token of its installer. */
export interface Disk {
  readonly folder: string;
  token: string | undefined;
  /** Frozen: this copy is put back at every start. */
  frozen: { readonly folder: string; readonly token: string | undefined } | undefined;
}

export interface World {
  readonly clock: SimClock;
  readonly url: string;
  readonly folder: string;
}

interface Run {
  readonly clock: ReturnType<SimClock['boot']>;
  readonly admission: Admission;
  readonly outbox: Outbox;
  readonly identity: Identity;
  line: Line | undefined;
  silentAs: string | undefined;
}

/** A machine: hardware, one disk for each system on it, and the agent's own code for who it is while it runs. */
export class Pc {
  readonly name: string;
  readonly #world: World;
  hardware: Hardware;
  view: View = { system: 'windows' };
  readonly disks: Record<View['system'], Disk>;
  network = true;
  /** It gets an id and says nothing more: no line to the broker. */
  silent = false;
  #run: Run | undefined;
  readonly #dead: (() => Promise<void>)[] = [];

  constructor(name: string, world: World, hardware: Hardware) {
    this.name = name;
    this.#world = world;
    this.hardware = hardware;
    const disk = (system: string): Disk => {
      const folder = join(world.folder, `${name}-${system}`);
      mkdirSync(folder, { recursive: true });
      return { folder, token: undefined, frozen: undefined };
    };
    this.disks = { windows: disk('windows'), linux: disk('linux') };
  }

  get disk(): Disk {
    return this.disks[this.view.system];
  }
  get running(): boolean {
    return this.#run !== undefined;
  }
  /** Who it publishes as; undefined while it does not know who it is. */
  get device(): string | undefined {
    const line = this.#run?.line;
    return line?.waiting === true ? undefined : line?.device;
  }
  /** Who the server said it is, connected or not. */
  get known(): string | undefined {
    return this.#run?.silentAs;
  }
  get connected(): boolean {
    return this.#run?.line?.connected === true;
  }
  /** It waits for a better time, or is done. */
  get quiet(): boolean {
    const run = this.#run;
    if (run === undefined || !this.network) return true;
    return run.line === undefined || run.line.waiting ? run.clock.pending() > 0 : run.line.connected;
  }

  /** A fresh installation with a token; nothing of an earlier one is left. */
  install(token: string): void {
    rmSync(this.disk.folder, { recursive: true, force: true });
    mkdirSync(this.disk.folder);
    this.disk.token = token;
  }

  freeze(): void {
    const folder = `${this.disk.folder}-frozen`;
    rmSync(folder, { recursive: true, force: true });
    cpSync(this.disk.folder, folder, { recursive: true });
    this.disk.frozen = { folder, token: this.disk.token };
  }

  /** What an image of this disk holds; written to another machine it is as frozen as it was. */
  image(folder: string): { folder: string; token: string | undefined } {
    cpSync(this.disk.folder, folder, { recursive: true });
    return { folder, token: this.disk.token };
  }

  restore(image: { folder: string; token: string | undefined }): void {
    rmSync(this.disk.folder, { recursive: true, force: true });
    cpSync(image.folder, this.disk.folder, { recursive: true });
    this.disk.token = image.token;
  }

  async start(): Promise<void> {
    const { disk } = this;
    if (disk.frozen !== undefined) this.restore(disk.frozen);
    const { clock: world, url } = this.#world;
    const home = join(disk.folder, 'agent');
    if (!existsSync(home)) mkdirSync(home, { recursive: true });
    const { values } = loadSettings(agentSettings, { argv: [], env: {}, sections: ['agent'] });
    const server = this.network ? url : 'http://127.0.0.1:9';
    const settings: AgentSettings = { ...values, home: disk.folder, server, ...(disk.token === undefined ? {} : { token: disk.token }) };
    const clock = world.boot();
    const platform = platformOf(this.hardware, this.view);
    const boot = randomBytes(8).toString('hex');
    const outbox = new Outbox({ path: join(home, 'outbox.db'), bounds: { maxMessages: 1_000, maxBytes: 1e6 }, log: silentLog });
    const identity = new Identity({ path: join(home, 'credentials.json'), settings, platform, clock, log: silentLog });
    const admission: Admission = new Admission({
      identity,
      outbox,
      platform,
      clock,
      log: silentLog,
      random: Math.random,
      boot: () => boot,
      onAdmitted: async (credentials) => {
        await this.#run?.line?.close();
        this.#connect(credentials, boot);
      },
      onNewId: () => undefined,
      onProblem: () => undefined,
    });
    identity.load();
    await outbox.start();
    this.#run = { clock, admission, outbox, identity, line: undefined, silentAs: undefined };
    await admission.recognise();
    const credentials = await admission.settle();
    if (credentials !== undefined && this.network) this.#connect(credentials, boot);
  }

  /** It is heard, if it is connected. */
  async say(): Promise<void> {
    await this.#run?.line?.say();
  }

  /** In order. */
  async stop(): Promise<void> {
    await this.#run?.line?.close();
    await this.#end();
  }

  /** The power goes. The broker does not know of it before its keep-alive says so. */
  async cut(): Promise<void> {
    const line = this.#run?.line;
    if (line !== undefined) this.#dead.push(line.mute());
    await this.#end();
  }

  /** The broker has noticed. */
  async bury(): Promise<void> {
    for (const end of this.#dead.splice(0)) await end();
  }

  async #end(): Promise<void> {
    this.#run?.admission.stop();
    await this.#run?.outbox.stop();
    this.#run = undefined;
  }

  #connect(credentials: Credentials, boot: string): void {
    const run = this.#run;
    if (run === undefined) return;
    run.silentAs = credentials.device;
    if (this.silent) return;
    const { admission, clock } = run;
    const hooks = { onDuplicate: () => admission.duplicate(), onRefused: () => admission.refused() };
    run.line = new Line({ boot, clock, credentials, ...hooks });
    run.line.open();
  }
}
