import type { UseState } from '../../api/types.ts';

/** What a minute of the day can be; `future` has not come yet. */
export type MinuteState = UseState | 'future';
export const MINUTE_STATES = ['active', 'idle', 'blind', 'off', 'unknown', 'future'] as const;

const LETTERS: Record<string, MinuteState> = { o: 'off', i: 'idle', a: 'active', b: 'blind', u: 'unknown', f: 'future' };

/** A stretch of minutes alike: from minute `from` up to, not including, `to`. */
export interface Run {
  readonly state: MinuteState;
  readonly from: number;
  readonly to: number;
}

/** The letters of a day as runs. A letter nobody knows is `unknown`, never off. */
export function runsOf(letters: string): Run[] {
  const runs: { state: MinuteState; from: number; to: number }[] = [];
  for (let minute = 0; minute < letters.length; minute++) {
    const state = LETTERS[letters.charAt(minute)] ?? 'unknown';
    const last = runs[runs.length - 1];
    if (last !== undefined && last.state === state) last.to = minute + 1;
    else runs.push({ state, from: minute, to: minute + 1 });
  }
  return runs;
}

/** The run a minute lies in. */
export function runAt(runs: readonly Run[], minute: number): Run | undefined {
  return runs.find((run) => minute >= run.from && minute < run.to);
}

/** Where a key takes the cursor, or undefined for a key that is not ours. With `jump` an arrow goes to the next change of state. */
export function moveCursor(runs: readonly Run[], minute: number, key: string, jump: boolean): number | undefined {
  const run = runAt(runs, minute);
  const last = Math.max(0, (runs[runs.length - 1]?.to ?? 1) - 1);
  const to: Record<string, number> = {
    ArrowLeft: jump && run !== undefined ? (minute > run.from ? run.from : run.from - 1) : minute - 1,
    ArrowRight: jump && run !== undefined ? run.to : minute + 1,
    ArrowDown: minute - 1,
    ArrowUp: minute + 1,
    PageDown: minute - 60,
    PageUp: minute + 60,
    Home: 0,
    End: last,
  };
  const found = to[key];
  return found === undefined ? undefined : Math.max(0, Math.min(last, found));
}
