import { createHash } from 'node:crypto';
import type { DeviceUpdate, Id, Instant, Release, ReleaseStep } from '../../ledger/index.ts';
import { compareVersions } from '../../protocol/version.ts';
import type { ReleaseManifest } from '../../protocol/release.ts';

/** A device that came back this often with the version it had before is frozen. */
const RETURNS_OF_A_FROZEN_DISK = 2;
/** Ways shown to one device, of one day and to one release: a device that cannot keep what it fetches must not fetch for ever. */
const OFFERS_A_DAY = 6;
const OFFERS_A_RELEASE = 24;
const MOST_FAILED = 10;
const DAY_MS = 86_400_000;

/**
 * The lot of a device for a release: from 0 up to 100, the same for ever, and another one for another release, so that not the
 * same machines are always the first. A device with a lot below the percentage of its step gets the release.
 */
export function lotOf(device: Id, release: Id): number {
  const hash = createHash('sha256').update(`${release} ${device}`).digest();
  return (hash.readUInt32BE(0) / 2 ** 32) * 100;
}

/** The percentage that holds for a device: of the step nearest to it on the way up from its unit, else of the step for all, else 0. */
export function percentFor(steps: readonly ReleaseStep[], path: readonly Id[]): number {
  for (const unit of path.toReversed()) {
    const step = steps.find((each) => each.unit === unit);
    if (step !== undefined) return step.percent;
  }
  return steps.find((each) => each.unit === null)?.percent ?? 0;
}

export const inRing = (device: Id, path: readonly Id[], release: Pick<Release, 'id' | 'steps'>): boolean =>
  lotOf(device, release.id) < percentFor(release.steps, path);

/** A release with what its manifest says. */
export type ReadRelease = Release & { readonly read: ReleaseManifest };

export interface Asking {
  readonly device: Id;
  /** Units from the root to the one it stands in. */
  readonly path: readonly Id[];
  readonly version: string;
  readonly platform: string;
  readonly failed: readonly string[];
}

/**
 * The newest release that is for this device now: newer than what it runs, taken from there in one step, built for it, its ring
 * open, not paused, and not one it went back from.
 * @param releases the newest first
 */
export function releaseFor(releases: readonly ReadRelease[], asking: Asking): ReadRelease | undefined {
  const { device, path, version, platform, failed } = asking;
  return releases.find(
    (release) =>
      release.state === 'active' &&
      compareVersions(release.version, version) > 0 &&
      compareVersions(version, release.read.minimum) >= 0 &&
      release.read.files.some((file) => file.platform === platform) &&
      !failed.includes(release.version) &&
      inRing(device, path, release),
  );
}

/**
 * What is known of a device's updates after it asked. A device that had a newer version and comes back with an older one,
 * without saying that it went back itself, was set back: by a person, or at every boot by a disk that keeps nothing.
 */
export function afterAsking(
  before: DeviceUpdate | undefined,
  said: Pick<DeviceUpdate, 'device' | 'version' | 'platform' | 'have' | 'near'> & { readonly failed: string | undefined },
  now: Instant,
): DeviceUpdate {
  const { failed: wentBackFrom, ...told } = said;
  const day = Math.floor(now / DAY_MS);
  const known = before?.failed ?? [];
  const failed = wentBackFrom === undefined || known.includes(wentBackFrom) ? known : [...known, wentBackFrom].slice(-MOST_FAILED);
  const setBack = before !== undefined && compareVersions(told.version, before.version) < 0 && !failed.includes(before.version);
  const returns = (before?.returns ?? 0) + Number(setBack);
  // Somebody thawed it: it runs something else than what it always fell back to.
  const moved = before !== undefined && before.frozenAt !== null && before.frozenAt !== told.version;
  const frozen = setBack && returns >= RETURNS_OF_A_FROZEN_DISK ? told.version : (before?.frozenAt ?? null);
  return {
    ...told,
    askedAt: now,
    offered: before?.offered ?? null,
    offers: before?.offers ?? 0,
    day,
    offersToday: before?.day === day ? before.offersToday : 0,
    returns: moved ? 0 : returns,
    frozenAt: moved ? null : frozen,
    failed,
  };
}

/** Whether this device may be shown a way to a release now. */
export function mayBeOffered(update: DeviceUpdate, version: string): boolean {
  const offers = update.offered === version ? update.offers : 0;
  return update.frozenAt === null && update.offersToday < OFFERS_A_DAY && offers < OFFERS_A_RELEASE;
}

export function afterOffer(update: DeviceUpdate, version: string): DeviceUpdate {
  const offers = update.offered === version ? update.offers : 0;
  return { ...update, offered: version, offers: offers + 1, offersToday: update.offersToday + 1 };
}
