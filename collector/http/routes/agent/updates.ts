import { isDeepStrictEqual } from 'node:util';
import type { Device, DeviceUpdate, Id, UnitPlace } from '../../../../ledger/index.ts';
import type { ReleaseFile, ReleaseManifest, UpdateAnswer, UpdateQuery } from '../../../../protocol/release.ts';
import { afterAsking, afterOffer, mayBeOffered, type ReadRelease, releaseFor } from '../../../model/rollout.ts';
import type { HttpContext } from '../../context.ts';
import { ProblemError } from '../../problems.ts';

/** How long a device may fetch from the server between two requests before another one of its school gets its turn. */
export const LEASE_MS = 10 * 60_000;
/** Devices that fetch from the server at the same time, in all. */
const MOST_LEASES = 100;
/** A device that asks once a day and has the file is still there. */
const HOLDER_MS = 26 * 3_600_000;
const NEIGHBOURS = 6;
const SAME_FOR_MS = 3_600_000;
const RELEASES_FOR_MS = 5_000;
const WAIT_SECONDS = 300;
/** A machine that may not fetch from the server waits for a neighbour to have it: that takes hours, and each question costs bytes. */
const METERED_WAIT_SECONDS = 3 * 3600;

/** The school a device stands in; where there is none above it, its own unit. */
export function schoolOf(place: UnitPlace): Id {
  return place.path.find(({ kind }) => kind === 'school')?.id ?? place.id;
}

const networkOf = (near: string): string => near.split('.').slice(0, 3).join('.');

/** A machine that waits asks every few minutes and says the same: that is not worth a write to disk each time. */
function isNews(before: DeviceUpdate | undefined, now: DeviceUpdate): boolean {
  return before === undefined || now.askedAt - before.askedAt > SAME_FOR_MS || !isDeepStrictEqual({ ...before, askedAt: now.askedAt }, now);
}

function waitFor({ line }: UpdateQuery): number {
  const seconds = line === 'free' ? WAIT_SECONDS : METERED_WAIT_SECONDS;
  return seconds + Math.floor(Math.random() * seconds);
}

/** Answers a device's question which release is for it and where to get it, and remembers what came of it. */
export class Updates {
  readonly #context: HttpContext;
  #releases: { readonly at: number; readonly list: readonly ReadRelease[] } | undefined;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  /** @returns undefined when there is nothing for it */
  async answer(id: Id, said: UpdateQuery): Promise<UpdateAnswer | undefined> {
    const { ledger, clock } = this.#context;
    const now = clock.now();
    const { device, place } = await this.#placed(id);
    const { version, platform, have = null, near = null, failed } = said;
    const before = await ledger.releases.update(id);
    const update = afterAsking(before, { device: id, version, platform, have, near, failed }, now);
    if (isNews(before, update)) await ledger.releases.saveUpdate(update);
    const school = schoolOf(place);
    if (have !== null) await ledger.releases.endLease({ school, sha256: have, device: id });
    const path = place.path.map((unit) => unit.id);
    const release = releaseFor(await this.#all(now), { device: device.id, path, version, platform, failed: update.failed });
    if (release === undefined || !mayBeOffered(update, release.version)) return undefined;
    const file = release.read.files.find((each) => each.platform === platform)!;
    return this.#way(release, file, update, school, said);
  }

  /** From neighbours that have it; else one device of the school from the server while the others wait. */
  async #way(release: ReadRelease, file: ReleaseFile, update: DeviceUpdate, school: Id, said: UpdateQuery): Promise<UpdateAnswer> {
    const { ledger, clock } = this.#context;
    const { device } = update;
    const sha256 = file.packed.sha256;
    const neighbours = said.alone === 'yes' || said.have === sha256 ? [] : await this.#neighbours(device, school, sha256, said.near);
    const now = clock.now();
    const wanted = { school, sha256, device, at: now, until: now + LEASE_MS, most: MOST_LEASES };
    const server = neighbours.length === 0 && said.line === 'free' && said.have !== sha256 && (await ledger.releases.lease(wanted));
    if (server || neighbours.length > 0) await ledger.releases.saveUpdate(afterOffer(update, release.version));
    return {
      manifest: release.manifest,
      signatures: [...release.signatures],
      neighbours,
      server,
      wait: waitFor(said),
    };
  }

  async #neighbours(device: Id, school: Id, sha256: string, near: string | undefined): Promise<string[]> {
    const { ledger, clock } = this.#context;
    const found = await ledger.releases.holders({ unit: school, sha256, since: clock.now() - HOLDER_MS, limit: 50 });
    const network = near === undefined ? undefined : networkOf(near);
    // Those of its own room's network first, else in any order: forty machines must not all go to the same one.
    return found
      .filter((holder) => holder.device !== device)
      .map((holder) => ({ near: holder.near, rank: Number(networkOf(holder.near) !== network) + Math.random() }))
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, NEIGHBOURS)
      .map((holder) => holder.near);
  }

  /** Lets a device go on fetching a file; only while it is its turn. @throws ProblemError UPDATE_WAIT, NOT_FOUND */
  async renew(id: Id, sha256: string): Promise<void> {
    const { ledger, clock } = this.#context;
    const now = clock.now();
    const known = (await this.#all(now)).some((release) => release.read.files.some((file) => file.packed.sha256 === sha256));
    if (!known) throw new ProblemError('NOT_FOUND');
    const { place } = await this.#placed(id);
    const update = await ledger.releases.update(id);
    const turn = { school: schoolOf(place), sha256, device: id, at: now, until: now + LEASE_MS, most: MOST_LEASES };
    if (update?.offered == null || !(await ledger.releases.lease(turn)))
      throw new ProblemError('UPDATE_WAIT', { retryAfter: WAIT_SECONDS });
  }

  async #placed(id: Id): Promise<{ device: Device; place: UnitPlace }> {
    const device = await this.#context.ledger.devices.byId(id);
    const place = device === undefined ? undefined : await this.#context.ledger.units.byId(device.unit);
    if (device === undefined || place === undefined) throw new ProblemError('DEVICE_LOGIN');
    return { device, place };
  }

  /** Read at most every few seconds: a province asks in one morning. */
  async #all(now: number): Promise<readonly ReadRelease[]> {
    const kept = this.#releases;
    if (kept !== undefined && Math.abs(now - kept.at) < RELEASES_FOR_MS) return kept.list;
    const list = (await this.#context.ledger.releases.list()).map((release) =>
      Object.assign({}, release, { read: JSON.parse(release.manifest) as ReleaseManifest }),
    );
    this.#releases = { at: now, list };
    return list;
  }
}
