import { rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseFile, ReleaseManifest, ReleasePlatform, UpdateAnswer, UpdateQuery, UpdateReason } from '../../protocol/release.ts';
import { SIGNATURE_PATTERN, NEAR_PATTERN } from '../../protocol/release.ts';
import type { Log } from '../../runtime/log.ts';
import { ask, NoAnswer, type Server } from './ask.ts';
import { hashOf } from './download.ts';
import { fileFailure } from './failure.ts';
import { fetchParcel, type Rates, SLOWLY } from './fetch-parcel.ts';
import { trustedKeys } from './keys.ts';
import type { Line } from './line.ts';
import { fileFor, verifiedManifest } from './manifest.ts';
import { PeerServer } from './peer-server.ts';
import type { Places } from './places.ts';
import { preflight } from './preflight.ts';
import type { UpdateMemory } from './state.ts';
import { switchTo } from './swap.ts';
import { beginTrial, dropTrial } from './trial.ts';
import { unpack } from './unpack.ts';

/** How long a machine hands a release to its neighbours. */
const SHARED_FOR_MS = 7 * 86_400_000;

/** What one look for a new version came to. */
export type Outcome =
  /** Nothing newer for this machine. */
  | { readonly is: 'current' }
  /** There is something, and it is to be had later. */
  | { readonly is: 'wait'; readonly seconds: number }
  | { readonly is: 'failed'; readonly reason: UpdateReason; readonly why: string; readonly release?: string }
  /** The new executable lies in its place: this process must end. */
  | { readonly is: 'restart'; readonly release: string };

export interface UpdaterOptions {
  readonly places: Places;
  /** Words with which the running agent was started, for the preflight. */
  readonly words: readonly string[];
  readonly version: string;
  readonly platform: ReleasePlatform;
  readonly memory: UpdateMemory;
  /** PEM file of the installation. */
  readonly keyFile: string;
  readonly log: Log;
  /** Epoch ms of this machine. */
  readonly now: () => number;
  readonly line: (server: URL) => Promise<Line>;
  /** A metered line may be used for downloads from the server. */
  readonly meteredToo: boolean;
  /** Neighbours may fetch from this machine. */
  readonly share: boolean;
  /** Whether the server acknowledges what this agent sends. */
  readonly connected: () => boolean;
  /** Default: what a school's line bears. */
  readonly rates?: Rates;
}

const NEAR = new RegExp(NEAR_PATTERN);
const SIGNATURE = new RegExp(SIGNATURE_PATTERN);

/** Looks for a new version, fetches it, proves it and puts it in place; hands it to neighbours. Loaded when it is needed. */
export class Updater {
  readonly #o: UpdaterOptions;
  #peer: PeerServer | undefined;

  constructor(options: UpdaterOptions) {
    this.#o = options;
  }

  /** Never throws. One at a time. */
  async look(server: Server): Promise<Outcome> {
    let manifest: ReleaseManifest | undefined;
    try {
      return await this.#look(server, (seen) => (manifest = seen));
    } catch (error) {
      if (error instanceof NoAnswer) {
        this.#o.log.debug({ why: error.message }, 'the server could not be asked for an update');
        return { is: 'wait', seconds: error.seconds };
      }
      const { reason, message } = fileFailure(error, 'other');
      const release = manifest?.version;
      // A line that was cut off says nothing against a release.
      const innocent = release === undefined || reason === 'downgrade' || reason === 'download';
      this.#clean(innocent ? undefined : { release, reason });
      return { is: 'failed', reason, why: message, ...(release === undefined ? {} : { release }) };
    }
  }

  /** A disk that is full or cannot be written takes no notes either. */
  #clean(blamed: { release: string; reason: UpdateReason } | undefined): void {
    const { memory, now, places, log } = this.#o;
    try {
      rmSync(places.next, { force: true });
      if (blamed !== undefined) memory.blame(blamed.release, blamed.reason, now());
    } catch (error) {
      log.debug({ err: error }, 'nothing could be written down about the update');
    }
  }

  async #look(server: Server, seen: (manifest: ReleaseManifest) => void): Promise<Outcome> {
    const { memory, version, platform, now } = this.#o;
    const line = await this.#o.line(server.url);
    await this.#resumeSharing(line);
    const query = this.#query(line);
    const answer = await ask(server, query);
    memory.save({ askedAt: now() });
    if (answer === undefined) return { is: 'current' };
    const keys = trustedKeys(this.#o.keyFile, memory.state.keys);
    const manifest = verifiedManifest(
      answer.manifest,
      answer.signatures.filter((each) => SIGNATURE.test(each)),
      keys,
    );
    seen(manifest);
    const file = fileFor(manifest, version, platform);
    // Not again today, or never again.
    if (!memory.mayTry(manifest.version, now())) return { is: 'current' };
    const packed = await this.#packed(server, query, answer, file);
    if (typeof packed !== 'string') return packed;
    await this.#share(server, line, file, packed);
    await this.#install(manifest, file, packed);
    return { is: 'restart', release: manifest.version };
  }

  #query(line: Line): UpdateQuery {
    const { version, platform, meteredToo, memory } = this.#o;
    const failed = memory.givenUp;
    const have = this.#peer === undefined ? {} : { have: this.#peer.sha256, near: this.#peer.near };
    const cost = meteredToo ? 'free' : line.cost;
    return { version, platform, line: cost, ...have, ...(failed === undefined ? {} : { failed }) };
  }

  /** The packed file: what lies here of before, from a neighbour, or from the server when it is this machine's turn. */
  async #packed(server: Server, query: UpdateQuery, first: UpdateAnswer, file: ReleaseFile): Promise<string | Outcome> {
    const { memory, rates = SLOWLY } = this.#o;
    const path = memory.packed(file.packed.sha256);
    await this.#tidy(file.packed.sha256);
    if ((await hashOf(path).catch(() => undefined)) === file.packed.sha256) return path;
    const parcel = { ...file.packed, path };
    const near = { ...first, neighbours: first.neighbours.filter((each) => NEAR.test(each)) };
    const got = await fetchParcel(server, parcel, near, rates);
    if (got === 'got') return path;
    if (got === 'busy' || near.neighbours.length === 0) return { is: 'wait', seconds: got === 'busy' ? 60 : first.wait };
    // None of the neighbours has it, whatever the server thinks: perhaps it is this machine's turn then.
    const second = await ask(server, { ...query, alone: 'yes' });
    if (second === undefined) return { is: 'current' };
    if (!second.server || second.manifest !== first.manifest) return { is: 'wait', seconds: second.wait };
    return (await fetchParcel(server, parcel, { ...second, neighbours: [] }, rates)) === 'got'
      ? path
      : { is: 'wait', seconds: second.wait };
  }

  /** Of other releases nothing is kept. */
  async #tidy(sha256: string): Promise<void> {
    const { memory } = this.#o;
    for (const name of await readdir(memory.folder)) {
      if (!name.endsWith('.zst') || name === `${sha256}.zst`) continue;
      if (this.#peer !== undefined && name === `${this.#peer.sha256}.zst`) await this.#stopSharing();
      rmSync(join(memory.folder, name), { force: true });
    }
  }

  /** Neighbours may have it, and the server is told where; its turn goes to nobody else then. A machine that cannot share goes on. */
  async #share(server: Server, line: Line, file: ReleaseFile, path: string): Promise<void> {
    const { memory, now, log, share } = this.#o;
    if (!share || this.#peer !== undefined || line.address === undefined || !NEAR.test(`${line.address}:1024`)) return;
    try {
      const port = memory.state.have?.port ?? 0;
      this.#peer = await PeerServer.start({ path, ...file.packed, address: line.address, port });
      memory.save({ have: { ...file.packed, until: now() + SHARED_FOR_MS, port: this.#peer.port } });
      await ask(server, this.#query(line));
    } catch (error) {
      log.debug({ err: error }, 'neighbours cannot fetch from this machine');
    }
  }

  /** Goes on sharing what an earlier run of the agent had. */
  async #resumeSharing(line: Line): Promise<void> {
    const { memory, now, share, log } = this.#o;
    const { have } = memory.state;
    if (have === undefined) return;
    if (!share || now() > have.until || now() < have.until - 2 * SHARED_FOR_MS) return this.#stopSharing(true);
    // The machine has moved to another network.
    if (this.#peer !== undefined && this.#peer.address !== line.address) await this.#stopSharing();
    if (this.#peer !== undefined || line.address === undefined || !NEAR.test(`${line.address}:1024`)) return;
    const path = memory.packed(have.sha256);
    if ((await hashOf(path).catch(() => undefined)) !== have.sha256) return this.#stopSharing(true);
    try {
      this.#peer = await PeerServer.start({ path, sha256: have.sha256, size: have.size, address: line.address, port: have.port });
    } catch (error) {
      log.debug({ err: error }, 'neighbours cannot fetch from this machine');
    }
  }

  async #stopSharing(forget = false): Promise<void> {
    await this.#peer?.stop();
    this.#peer = undefined;
    const { memory } = this.#o;
    if (!forget || memory.state.have === undefined) return;
    rmSync(memory.packed(memory.state.have.sha256), { force: true });
    memory.without('have');
  }

  /** @throws UpdateFailure; everything is as it was then */
  async #install(manifest: ReleaseManifest, file: ReleaseFile, packed: string): Promise<void> {
    const { places, words, version, memory, connected } = this.#o;
    await unpack(packed, file, places.next);
    await preflight(places.next, words, manifest.version);
    if (manifest.nextKey !== undefined) memory.save({ next: { release: manifest.version, key: manifest.nextKey } });
    // Without sharing nobody needs the packed file any more, and the disk of a school PC is small.
    if (this.#peer === undefined) rmSync(packed, { force: true });
    try {
      beginTrial(places, { from: version, to: manifest.version, connected: connected() });
      switchTo(places);
    } catch (error) {
      dropTrial(places);
      throw fileFailure(error, 'other');
    }
  }

  /** Goes on sharing after a restart, before the next look. */
  async resume(server: Server): Promise<void> {
    if (this.#o.memory.state.have !== undefined) await this.#resumeSharing(await this.#o.line(server.url));
  }

  async stop(): Promise<void> {
    await this.#stopSharing();
  }
}
