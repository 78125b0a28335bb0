import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import type { UpdateReason } from '../../protocol/release.ts';
import { writePrivate } from '../../runtime/private-file.ts';
import type { Places } from './places.ts';
import { switchBack } from './swap.ts';

/** A new version that has been started this often without proving itself goes. */
export const MOST_STARTS = 3;

/** What lies beside the executable from before the switch until the new version has proved itself. */
interface Marker {
  readonly from: string;
  readonly to: string;
  /** The version before had a connection when it switched: the new one is expected to get one too. */
  readonly connected: boolean;
  /** Why the new version gave up, written by itself. */
  readonly ended?: UpdateReason;
}

function readMarker(path: string): Marker | undefined {
  try {
    const { from, to, connected, ended } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Marker>;
    if (typeof from !== 'string' || typeof to !== 'string') return undefined;
    return { from, to, connected: connected === true, ...(ended === undefined ? {} : { ended }) };
  } catch {
    return undefined;
  }
}

const dotsIn = (path: string): number => (existsSync(path) ? readFileSync(path).length : 0);

function clear({ trial, starts, guard }: Places): void {
  for (const path of [trial, starts, guard]) rmSync(path, { force: true });
}

/** To be called before the switch. @throws the error of the file system */
export function beginTrial(places: Places, marker: { from: string; to: string; connected: boolean }): void {
  clear(places);
  writePrivate(places.trial, JSON.stringify(marker));
}

/** Calls a trial off that never began: the switch failed. */
export const dropTrial = clear;

/** What a start of the agent finds. */
export type TrialState =
  | { readonly is: 'none' }
  /** This version is the new one; `connected`: it is expected to be connected soon. */
  | { readonly is: 'on'; readonly from: string; readonly connected: boolean }
  /** The new version went, and this one is back. */
  | { readonly is: 'back'; readonly release: string; readonly reason: UpdateReason }
  /** This version has used up its starts: the old one lies in its place again, and this process must end. */
  | { readonly is: 'leave'; readonly release: string };

/**
 * To be called once at each start, before anything that could fail. Counts the start of a version on trial, and puts the old one
 * back when it is one too many.
 */
export function openTrial(places: Places, version: string): TrialState {
  const marker = readMarker(places.trial);
  if (marker === undefined) {
    if (existsSync(places.trial)) clear(places);
    return { is: 'none' };
  }
  if (marker.to !== version) {
    const started = dotsIn(places.starts) + dotsIn(places.guard) > 0;
    clear(places);
    // The switch was cut off, or somebody has installed another version meanwhile.
    if (marker.from !== version || (marker.ended === undefined && !started)) return { is: 'none' };
    return { is: 'back', release: marker.to, reason: marker.ended ?? 'crash' };
  }
  appendFileSync(places.starts, '.', { mode: 0o600 });
  if (dotsIn(places.starts) > MOST_STARTS && existsSync(places.old)) {
    giveUp(places, 'crash');
    return { is: 'leave', release: marker.to };
  }
  return { is: 'on', from: marker.from, connected: marker.connected };
}

/** The new version works: it stays. */
export const passTrial = clear;

/** The new version does not work: the old one takes its place again and will tell why. @throws UpdateFailure when it cannot */
export function giveUp(places: Places, reason: UpdateReason): void {
  const marker = readMarker(places.trial);
  if (marker !== undefined) writePrivate(places.trial, JSON.stringify({ ...marker, ended: reason } satisfies Marker));
  switchBack(places);
}

/** The machine was shut down or the agent stopped in good order while the trial is on: that start says nothing against it. */
export function forgiveStart({ starts, guard }: Places): void {
  for (const path of [starts, guard]) rmSync(path, { force: true });
}
