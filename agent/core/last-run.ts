import type { Birth } from '../../protocol/payloads/index.ts';
import type { BootPart } from '../probes/probe.ts';

/** What a run leaves behind for the next one. */
export interface RunMark {
  readonly boot: string;
  readonly version: string;
  /** It was stopped in order. */
  readonly clean: boolean;
}

/** @returns undefined when there is none, or none that can be read */
export function parseMark(text: string | undefined): RunMark | undefined {
  if (text === undefined) return undefined;
  try {
    const { boot, version, clean } = JSON.parse(text) as Partial<RunMark>;
    return typeof boot === 'string' && typeof version === 'string' && typeof clean === 'boolean' ? { boot, version, clean } : undefined;
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
