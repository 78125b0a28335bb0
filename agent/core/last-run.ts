import type { Birth } from '../../protocol/payloads/index.ts';
import type { BootPart } from '../probes/probe.ts';
import { MINUTE_MS } from './minute-book.ts';
import type { Stamp, Watched } from './outbox/outbox.ts';

/** What a run leaves behind for the next one. */
export interface RunMark {
  readonly boot: string;
  readonly version: string;
  /** It was stopped in order. */
  readonly clean: boolean;
  /** It was stopped because the machine went off. */
  readonly off?: boolean;
}

/** @returns undefined when there is none, or none that can be read */
export function parseMark(text: string | undefined): RunMark | undefined {
  if (text === undefined) return undefined;
  try {
    const { boot, version, clean, off } = JSON.parse(text) as Partial<RunMark>;
    return typeof boot === 'string' && typeof version === 'string' && typeof clean === 'boolean'
      ? { boot, version, clean, off: off === true }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why the last run of the agent ended. In the same boot it died alone (crash). In an earlier boot it died with the machine
 * (power) when that boot ended without a shutdown; after an orderly shutdown it must have died alone before.
 */
export function endOf(mark: RunMark | undefined, replaced: boolean, now: Pick<BootPart, 'boot' | 'lastEnd'>): Birth['end'] {
  if (mark === undefined) return replaced ? 'unknown' : 'first';
  if (mark.clean) return 'clean';
  if (mark.boot === now.boot || now.lastEnd === 'clean') return 'crash';
  return now.lastEnd === 'unknown' ? 'unknown' : 'power';
}

/** Minutes (epoch ms / 60,000) from the first until before `to`. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * Minutes before this run in which no agent watched although the machine may have run: they are unknown, not off. The machine
 * was off only between an end that is known and this boot: its shutdown, or the power cut that took the agent with it.
 * @param watched until when a run before this one watched
 * @param now the clocks of this run's first look
 */
export function gapsOf(mark: RunMark | undefined, watched: Watched | undefined, boot: BootPart, now: Stamp): Gap[] {
  const minute = Math.floor(now.at / MINUTE_MS);
  // After Fast Startup and hibernation the monotonic clock counts on from a kernel of days ago.
  const resumed = boot.start === 'fast' || boot.start === 'hibernated';
  const booted = Math.floor((resumed ? boot.bootAt : now.at - now.mono) / MINUTE_MS);
  if (watched === undefined) return real([{ from: booted, to: minute }]);
  // In the same boot the monotonic clock says how long ago that was, whatever the wall clock did.
  const set = watched.boot === now.boot ? now.at - now.mono - (watched.at - watched.mono) : 0;
  const from = Math.round((watched.end + set) / MINUTE_MS);
  if (watched.boot === now.boot) return real([{ from, to: minute }]);
  const sinceBoot = { from: Math.max(from, booted), to: minute };
  const wentWithIt = mark?.off === true || (mark?.clean === false && mark.boot === watched.boot && boot.lastEnd === 'power');
  if (wentWithIt) return real([sinceBoot]);
  if (boot.endedAt === undefined) return real([{ from, to: minute }]);
  return real([{ from, to: Math.min(Math.floor(boot.endedAt / MINUTE_MS), booted) }, sinceBoot]);
}

const real = (gaps: readonly Gap[]): Gap[] => gaps.filter(({ from, to }) => to > from && from > 0);
