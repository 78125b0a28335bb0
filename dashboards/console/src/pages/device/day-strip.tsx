import { useState } from 'preact/hooks';
import type { DeviceDay } from '../../api/types.ts';
import { clockOf } from '../../i18n/format.ts';
import { f, t } from '../../i18n/index.ts';
import { DayBar } from './day-bar.tsx';
import { useText } from './day-use-text.ts';
import { moveCursor, runAt, runsOf, type Run } from './runs.ts';

const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
const stateWord = (run: Run) => t().use[run.state];

/** The day of a device: a picture for the eye, a slider for the keyboard, words for a screen reader. */
export function DayStrip({ day }: { day: DeviceDay }) {
  const words = t().day;
  const runs = runsOf(day.states);
  const [cursor, setCursor] = useState<number | null>(null);
  const minute = cursor ?? firstOf(runs);
  const run = runAt(runs, minute);
  const reading = run === undefined ? '' : words.at(clockOf(minute), words.run(clockOf(run.from), clockOf(run.to), stateWord(run)));
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    setCursor(Math.max(0, Math.min(1439, Math.floor(((event.clientX - box.left) / box.width) * 1440))));
  };
  const key = (event: KeyboardEvent) => {
    const to = moveCursor(runs, minute, event.key, event.ctrlKey || event.shiftKey);
    if (to === undefined) return;
    event.preventDefault();
    setCursor(to);
  };
  return (
    <div class="day-strip" data-testid="day-strip" data-day={day.day} data-runs={runs.length}>
      <div
        class="day-track"
        role="slider"
        tabIndex={0}
        aria-label={words.label(f().date(day.day))}
        aria-valuemin={0}
        aria-valuemax={1439}
        aria-valuenow={minute}
        aria-valuetext={reading}
        aria-describedby="day-hint"
        onKeyDown={key}
        onFocus={() => setCursor(minute)}
        onBlur={() => setCursor(null)}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => {
          if (document.activeElement !== event.currentTarget) setCursor(null);
        }}
      >
        <DayBar runs={runs} />
        {HOURS.slice(1, -1).map((hour) => (
          <span key={hour} class="day-tick" style={{ left: `${(hour / 24) * 100}%` }} />
        ))}
        {cursor !== null && <span class="day-cursor" style={{ left: `${((cursor + 0.5) / 1440) * 100}%` }} />}
      </div>
      <div class="day-hours" aria-hidden="true">
        {HOURS.map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, '0')}
            <span class="wide">:00</span>
          </span>
        ))}
      </div>
      <p class="day-reading" aria-hidden="true" data-testid="day-reading">
        {cursor === null ? <span class="quiet">{words.hint}</span> : reading}
      </p>
      <p id="day-hint" class="visually-hidden">
        {words.hint}
      </p>
      <DayText day={day} runs={runs} />
    </div>
  );
}

/** Where the cursor starts: at the first minute that was used, else on, else at noon or the last minute so far. */
function firstOf(runs: readonly Run[]): number {
  const first = runs.find((run) => run.state === 'active') ?? runs.find((run) => run.state === 'idle' || run.state === 'blind');
  const future = runs.find((run) => run.state === 'future')?.from ?? 1440;
  return first?.from ?? Math.max(0, Math.min(720, future - 1));
}

/** The day in sentences; stretches under five minutes would only be noise to listen to. */
function DayText({ day, runs }: { day: DeviceDay; runs: readonly Run[] }) {
  const words = t().day;
  const long = runs.filter((run) => run.to - run.from >= 5 && run.state !== 'future');
  return (
    <div class="visually-hidden" data-testid="day-text">
      <p>{words.summary(f().date(day.day), useText(day), f().minutes(day.minutes.on))}</p>
      <ul>
        {long.map((run) => (
          <li key={run.from}>{words.run(clockOf(run.from), clockOf(run.to), stateWord(run))}</li>
        ))}
      </ul>
    </div>
  );
}
