import type { Door, Memo } from '../../probes/probe.ts';
import type { Clock } from '../clock.ts';
import { parseDaily, type DailyAnswer } from './daily-answer.ts';
import { dailyScript } from './daily-script.ts';
import { runPowerShell } from './powershell.ts';

/** A little under a day, so that a machine that starts at the same hour every morning is asked every morning. */
const EVERY_MS = 20 * 3_600_000;
const KEY = 'daily';

interface Kept {
  /** When it was asked, epoch ms. */
  readonly at: number;
  /** What was printed; empty when it failed. */
  readonly printed: string;
}

function kept(memo: Memo | undefined): Kept | undefined {
  try {
    const { at, printed } = JSON.parse(memo?.get(KEY) ?? '') as Partial<Kept>;
    return typeof at === 'number' && typeof printed === 'string' ? { at, printed } : undefined;
  } catch {
    return undefined;
  }
}

/** What the batch said the last time it was asked; starts nothing. Older than two days it is forgotten. */
export function lastDaily(memo: Memo | undefined, clock: Clock): DailyAnswer | undefined {
  const last = kept(memo);
  return last === undefined || Math.abs(clock.now() - last.at) > 48 * 3_600_000 ? undefined : parseDaily(last.printed);
}

/**
 * What the batch says; PowerShell is started at most once a day, whether it answers or not, and however often the agent starts.
 * Only for probes that run daily.
 */
export async function askDaily(door: Door, memo: Memo | undefined, clock: Clock, defender: boolean): Promise<DailyAnswer | undefined> {
  const last = kept(memo);
  if (last !== undefined && Math.abs(clock.now() - last.at) < EVERY_MS) return parseDaily(last.printed);
  const printed = (await runPowerShell(door, dailyScript(defender))) ?? '';
  memo?.set(KEY, JSON.stringify({ at: clock.now(), printed } satisfies Kept));
  return parseDaily(printed);
}
