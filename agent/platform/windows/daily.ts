import type { Door, Memo } from '../../probes/probe.ts';
import type { Clock } from '../clock.ts';
import { parseDaily, type DailyAnswer } from './daily-answer.ts';
import { dailyScript } from './daily-script.ts';
import { runPowerShell } from './powershell.ts';
import { numberOf } from './values.ts';

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

const DEFENDER = 'HKLM\\SOFTWARE\\Microsoft\\Security Center\\Provider\\Av\\{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}';

/** Asked only then: where another product has switched it off the question fails or hangs. Servers have no Security Center to say so. */
async function defenderIsOn(door: Door): Promise<boolean> {
  const [center, service, values] = await Promise.all([
    door.windows?.service('wscsvc'),
    door.windows?.service('WinDefend'),
    door.windows?.values(DEFENDER),
  ]);
  if (center !== undefined) return ((numberOf(values, 'STATE') ?? 0) & 0xf000) === 0x1000;
  return service === 'running';
}

/**
 * What the batch says; PowerShell is started at most once a day, whether it answers or not, and however often the agent starts.
 * Only for probes that run daily.
 */
export async function askDaily(door: Door, memo: Memo | undefined, clock: Clock): Promise<DailyAnswer | undefined> {
  const last = kept(memo);
  if (last !== undefined && Math.abs(clock.now() - last.at) < EVERY_MS) return parseDaily(last.printed);
  const printed = (await runPowerShell(door, dailyScript(await defenderIsOn(door)))) ?? '';
  memo?.set(KEY, JSON.stringify({ at: clock.now(), printed } satisfies Kept));
  return parseDaily(printed);
}
