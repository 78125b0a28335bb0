import type { Clock } from '../../platform/clock.ts';
import type { Door, Line } from '../probe.ts';
import type { LoginSession } from './parse.ts';
import {
  extensionRequest,
  idleRequest,
  parseAuthority,
  parseExtension,
  parseIdle,
  parseRoot,
  parseServer,
  parseUsers,
  type Server,
  setupLength,
  setupRequest,
} from './x11.ts';

const ANSWER_MS = 1_500;
const AUTHORITY_BYTES = 16_384;
const MOST_SETUP = 65_536;
const SERVERS = new Set(['Xorg', 'X', 'Xorg.bin', 'Xvfb']);
/** Looking at every process for the server is the dear part; not again at once after it failed. */
const LOOK_AGAIN_MS = 300_000;
/** Events for everybody may stand before an answer. */
const MOST_EVENTS = 8;

/** The next answer; events (from 2 on) are passed over, an error (0) is none. */
async function reply(line: Line): Promise<Uint8Array | undefined> {
  for (let i = 0; i < MOST_EVENTS; i++) {
    const packet = await line.read(32, ANSWER_MS);
    if (packet === undefined || packet[0] === 0) return undefined;
    if (packet[0] === 1) return packet;
  }
  return undefined;
}

async function ask(line: Line, cookie: Uint8Array | undefined): Promise<number | undefined> {
  line.write(setupRequest(cookie));
  const head = await line.read(8, ANSWER_MS);
  const length = head === undefined ? undefined : setupLength(head);
  if (length === undefined || length > MOST_SETUP) return undefined;
  const rest = await line.read(length, ANSWER_MS);
  const root = rest === undefined ? undefined : parseRoot(rest);
  if (root === undefined) return undefined;
  line.write(extensionRequest());
  const opcode = parseExtension((await reply(line)) ?? new Uint8Array(0));
  if (opcode === undefined) return undefined;
  line.write(idleRequest(opcode, root));
  return parseIdle((await reply(line)) ?? new Uint8Array(0));
}

/** An X server and whom it belongs to: who started it (and so names its cookie file), and whom its socket belongs to. */
type Owned = Server & { readonly starter: number; readonly owner: number };

/**
 * Asks an X server how long nobody has touched anything (MIT-SCREEN-SAVER), with the server's own cookie, which only root can
 * read. Anybody may start a program that is called Xorg, name somebody else's cookie to it, or lay a socket beside the server's:
 * so a cookie is read only from a file of whoever started the server, and shown only at a socket of the server's own user. One short connection per question: one that stays would keep the server from starting anew after a logout.
 */
export class XIdle {
  readonly #door: Door;
  readonly #clock: Clock;
  #servers: readonly Owned[] = [];
  #lookedAt: number | undefined;

  constructor(door: Door, clock: Clock) {
    this.#door = door;
    this.#clock = clock;
  }

  /**
   * @param display as the session names it; GDM's sessions do not, and are known by their virtual terminal
   * @returns whole seconds, or undefined when the server does not tell
   */
  async look({ display, vt }: Pick<LoginSession, 'display' | 'vt'>): Promise<number | undefined> {
    if (this.#door.dial === undefined || this.#door.readOwned === undefined || (display === undefined && vt === undefined))
      return undefined;
    const serves = (server: Owned): boolean => (display === undefined ? server.vt === vt : server.display === display);
    if (!this.#servers.some(serves)) await this.#findServers();
    const server = this.#servers.find(serves);
    if (server === undefined) return undefined;
    const { authority, starter, owner } = server;
    const bytes = authority === undefined ? undefined : await this.#door.readOwned(authority, AUTHORITY_BYTES, starter);
    for (const number of await this.#displaysOf(server)) {
      const idle = await this.#askServer(number, owner, bytes === undefined ? undefined : parseAuthority(bytes, number));
      if (idle === undefined) continue;
      this.#servers = this.#servers.map((one) => (one === server ? { ...one, display: number } : one));
      return Math.floor(idle / 1000);
    }
    // Another server may have taken its place, with another file.
    this.#servers = this.#servers.filter((one) => one !== server);
    return undefined;
  }

  /** The display of a server, or every one there is when it chose its own. */
  async #displaysOf({ display }: Server): Promise<number[]> {
    if (display !== undefined) return [display];
    const sockets = (await this.#door.listDir('/tmp/.X11-unix')) ?? [];
    return sockets
      .flatMap((name) => /^X(\d{1,3})$/.exec(name)?.[1] ?? [])
      .map(Number)
      .slice(0, 8);
  }

  async #askServer(display: number, owner: number, cookie: Uint8Array | undefined): Promise<number | undefined> {
    // Not the abstract socket of that name: it shows nobody's name.
    const path = `/tmp/.X11-unix/X${display}`;
    if ((await this.#door.owner?.(path)) !== owner) return undefined;
    const line = await this.#door.dial!(path, ANSWER_MS);
    if (line === undefined) return undefined;
    try {
      return await ask(line, cookie);
    } finally {
      line.close();
    }
  }

  /** Commands of X servers; those of other programs are not read. */
  async #findServers(): Promise<void> {
    const now = this.#clock.mono();
    if (this.#lookedAt !== undefined && now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now;
    const found: Owned[] = [];
    for (const id of ((await this.#door.listDir('/proc')) ?? []).filter((name) => /^\d+$/.test(name))) {
      if (!SERVERS.has((await this.#door.readText(`/proc/${id}/comm`))?.trim() ?? '')) continue;
      const server = parseServer((await this.#door.readText(`/proc/${id}/cmdline`)) ?? '');
      const users = parseUsers((await this.#door.readText(`/proc/${id}/status`)) ?? '');
      if (users === undefined || (server.display === undefined && server.vt === undefined)) continue;
      found.push({ ...server, starter: users.real, owner: users.effective });
    }
    this.#servers = found;
  }
}
