import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { soon } from './soon.ts';
import { KINDS, newCard, newDrive, otherBoard, otherUuid, type Card } from './hardware.ts';
import { Pc, type World } from './pc.ts';
import type { Server } from './server.ts';

const HOUR_MS = 3_600_000;
const REPORT_MS = 300_000;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a story left behind. */
export interface Outcome {
  /** `1=A 2=B`: which device each machine is in the end, named in the order in which they first appeared; `-` = it does not know. */
  readonly ids: string;
  /** Devices in the ledger that are not revoked. */
  readonly devices: number;
}

/** A step of a story is a verb and machines: `start 1 2`. The verbs are the methods below. */
export class Story {
  readonly #server: Server;
  readonly #world: World;
  readonly #kind: string;
  readonly #batch: number;
  readonly #pcs = new Map<string, Pc>();
  readonly #letters = new Map<string, string>();
  readonly #last = new Map<string, string>();
  readonly #dongle: Card = newCard({ usb: true });
  readonly #units: Awaited<ReturnType<Server['province']>>;
  readonly #tokens = new Map<string, { id: string; text: string }>();
  #images = 0;

  private constructor(server: Server, world: World, kind: string, batch: number, units: Awaited<ReturnType<Server['province']>>) {
    this.#server = server;
    this.#world = world;
    this.#kind = kind;
    this.#batch = batch;
    this.#units = units;
  }

  /** @param kind of the machines, by KINDS */
  static async tell(server: Server, world: World, given: { kind: string; batch: number; story: string }): Promise<Outcome> {
    const story = new Story(server, world, given.kind, given.batch, await server.province());
    try {
      for (const step of given.story.split('|')) await story.#step(step.trim());
      return await story.#outcome();
    } finally {
      for (const pc of story.#pcs.values()) {
        await pc.stop();
        await pc.bury();
      }
    }
  }

  /** Machine number `name`; `3:junk` is of another kind than the rest. */
  #pc(name: string): Pc {
    const [number = '', kind = this.#kind] = name.split(':');
    let pc = this.#pcs.get(number);
    if (pc === undefined) {
      const folder = join(this.#world.folder, String(this.#batch));
      mkdirSync(folder, { recursive: true });
      pc = new Pc(number, { ...this.#world, folder }, KINDS[kind]!(this.#batch));
      this.#pcs.set(number, pc);
    }
    return pc;
  }

  async #token(room: string): Promise<string> {
    const known = this.#tokens.get(room);
    if (known !== undefined) return known.text;
    const unit = { room: this.#units.room, other: this.#units.otherRoom, elsewhere: this.#units.elsewhere }[room.replace(/\d$/, '')];
    if (unit === undefined) throw new Error(`no such room: ${room}`);
    const token = await this.#server.token(unit, this.#world.clock.now());
    this.#tokens.set(room, token);
    return token.text;
  }

  async #step(step: string): Promise<void> {
    const [verb = '', ...words] = step.split(/\s+/);
    const act = this.#verbs[verb];
    if (act === undefined) throw new Error(`no such step: ${step}`);
    await act(words);
    await this.#settled(step);
  }

  readonly #verbs: Readonly<Record<string, (words: string[]) => Promise<void>>> = {
    /** install 1 2, install 1 with other: a fresh system with the agent and the token of a room; not started. */
    install: async (words) => {
      const at = words.indexOf('with');
      const token = await this.#token(at === -1 ? 'room' : words[at + 1]!);
      for (const name of at === -1 ? words : words.slice(0, at)) this.#pc(name).install(token);
    },
    start: async (words) => {
      for (const name of words) {
        await this.#pc(name).start();
        await this.#settled(`start ${name}`);
      }
    },
    /** All at the same moment. */
    together: async (words) => void (await Promise.all(words.map((name) => this.#pc(name).start()))),
    stop: async (words) => {
      for (const name of words) await this.#pc(name).stop();
      await this.#heard(words, false);
    },
    /** The power goes; the broker does not know. */
    cut: async (words) => {
      for (const name of words) await this.#pc(name).cut();
    },
    /** The broker notices. */
    bury: async (words) => {
      for (const name of words) await this.#pc(name).bury();
      await this.#heard(words, false);
    },
    reboot: async (words) => {
      const times = Number(words.at(-1)!.slice(1));
      for (let i = 0; i < times; i++) {
        for (const name of words.slice(0, -1)) await this.#pc(name).stop();
        for (const name of words.slice(0, -1)) await this.#verbs['start']!([name]);
      }
    },
    /** copy 1 to 2 3: the whole disk. */
    copy: async ([from, , ...to]) => {
      this.#images += 1;
      const image = this.#pc(from!).image(join(this.#world.folder, `image-${this.#batch}-${this.#images}`));
      for (const name of to) this.#pc(name).restore(image);
    },
    freeze: async (words) => words.forEach((name) => this.#pc(name).freeze()),
    thaw: async (words) => words.forEach((name) => (this.#pc(name).disk.frozen = undefined)),
    /** change disk 1: another one, with what was on the old one. */
    change: async ([part, ...names]) => {
      for (const name of names) {
        const { hardware } = this.#pc(name);
        const { board } = hardware;
        if (part === 'disk') hardware.drives = [newDrive(), ...hardware.drives.slice(1)];
        else if (part === 'disks') hardware.drives = hardware.drives.map(newDrive);
        else if (part === 'card') hardware.board = { ...board, cards: [newCard(), ...board.cards.slice(1)] };
        else if (part === 'cards') hardware.board = { ...board, cards: board.cards.map(() => newCard()) };
        else if (part === 'board') hardware.board = otherBoard(this.#kind, this.#batch);
        else if (part === 'uuid') hardware.board = { ...board, uuid: otherUuid() };
        else throw new Error(`no such part: ${part}`);
      }
    },
    /** swap disks 1 2, with what is on them. */
    swap: async ([, a, b]) => {
      const [one, two] = [this.#pc(a!), this.#pc(b!)];
      [one.hardware.drives, two.hardware.drives] = [two.hardware.drives, one.hardware.drives];
      this.#images += 1;
      const folder = (n: number): string => join(this.#world.folder, `image-${this.#batch}-${this.#images}-${n}`);
      const [first, second] = [one.image(folder(1)), two.image(folder(2))];
      one.restore(second);
      two.restore(first);
    },
    /** plug dongle 1, plug stick 1: one that is passed round. */
    plug: async ([what, ...names]) => {
      for (const name of names) {
        const { hardware } = this.#pc(name);
        if (what === 'dongle') hardware.cards = [...hardware.cards, this.#dongle];
        else if (what === 'card') hardware.cards = [...hardware.cards, newCard()];
        else hardware.drives = [...hardware.drives, { serial: `STICK-${this.#batch}`, removable: what === 'stick' }];
      }
    },
    unplug: async ([, ...names]) => {
      for (const name of names) {
        const { hardware } = this.#pc(name);
        hardware.cards = [];
        hardware.drives = hardware.drives.filter(({ serial }) => serial !== `STICK-${this.#batch}`);
      }
    },
    /** The agent may not read the firmware any more, or again. */
    poor: async (words) => words.forEach((name) => (this.#pc(name).view = { ...this.#pc(name).view, poor: true })),
    root: async (words) => words.forEach((name) => (this.#pc(name).view = { system: this.#pc(name).view.system })),
    linux: async (words) => words.forEach((name) => (this.#pc(name).view = { system: 'linux' })),
    windows: async (words) => words.forEach((name) => (this.#pc(name).view = { system: 'windows' })),
    offline: async (words) => words.forEach((name) => (this.#pc(name).network = false)),
    online: async (words) => words.forEach((name) => (this.#pc(name).network = true)),
    /** pass 10m, pass 26h: those that wait try again. */
    pass: async ([time = '']) => {
      const { clock } = this.#world;
      const end = clock.now() + Number(time.slice(0, -1)) * UNITS[time.at(-1)!]!;
      // Those that are connected are heard every five minutes; beyond an hour it makes no difference.
      for (let left = end - clock.now(); left > 0; left = end - clock.now()) {
        clock.skip(left > HOUR_MS ? left - HOUR_MS : Math.min(left, REPORT_MS));
        for (const pc of this.#pcs.values()) await pc.say();
        clock.ring();
        await this.#settled('pass');
      }
    },
    /** revoke token, revoke 1. */
    revoke: async ([what = '']) => {
      const { credentials, devices } = this.#server.kit.ledger;
      const at = this.#world.clock.now();
      if (what === 'token') await credentials.revokeToken(this.#tokens.get('room')!.id, at);
      else await devices.revoke(this.#last.get(what)!, at);
    },
    /** The image's token is taken off the disk. */
    untoken: async (words) => words.forEach((name) => (this.#pc(name).disk.token = undefined)),
  };

  /** Until everybody is connected or waits for a better time, and no two live under one id. */
  async #settled(step: string): Promise<void> {
    const running = (): Pc[] => [...this.#pcs.values()].filter((pc) => pc.running);
    await soon(`"${step}" to settle`, () => {
      const lines = running().flatMap((pc) => (pc.device === undefined || !pc.network ? [] : [pc.device]));
      return running().every((pc) => pc.quiet) && new Set(lines).size === lines.length;
    });
    for (const pc of running()) {
      if (pc.device === undefined || !pc.connected) continue;
      this.#last.set(pc.name, pc.device);
      if (!this.#letters.has(pc.device)) this.#letters.set(pc.device, String.fromCharCode(65 + this.#letters.size));
    }
    await this.#heard(
      running().flatMap((pc) => (pc.connected ? [pc.name] : [])),
      true,
    );
  }

  /** Until the ledger knows of these machines that they are there, or not. */
  async #heard(names: readonly string[], online: boolean): Promise<void> {
    const ids = names.flatMap((name) => this.#last.get(name) ?? []);
    const others = new Set([...this.#pcs.values()].flatMap((pc) => (pc.connected ? [pc.device] : [])));
    const asked = online ? ids : ids.filter((id) => !others.has(id));
    await soon(`the ledger to know of ${asked.length} machines`, async () => {
      const states = await this.#server.kit.ledger.devices.states(asked);
      return asked.every((id) => states.get(id)?.online === online);
    });
  }

  async #outcome(): Promise<Outcome> {
    const ids = [...this.#pcs.values()].map((pc) => {
      const unknown = pc.running && pc.network && !pc.connected;
      const last = this.#last.get(pc.name);
      return `${pc.name}=${unknown || last === undefined ? '-' : this.#letters.get(last)}`;
    });
    const { devices } = this.#server.kit.ledger;
    const all = await devices.list({ unit: this.#units.province, limit: 500 });
    return { ids: ids.join(' '), devices: all.filter(({ revokedAt }) => revokedAt === null).length };
  }
}
