import type { MinuteState, Run } from './runs.ts';

const DAY = 1440;
/** Top of each state in percent: the more use, the taller, so that the day reads without its colours. */
const TOP: Record<MinuteState, number> = { active: 0, idle: 50, blind: 50, unknown: 0, off: 84, future: 100 };
const percent = (minutes: number) => `${((minutes / DAY) * 100).toFixed(3)}%`;

/** Hatches for what is not known; once on a page. */
export function Hatches() {
  return (
    <svg class="hatches" width="0" height="0" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="hatch-unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="hatch-ground" width="6" height="6" />
          <rect class="hatch-line" width="1.5" height="6" />
        </pattern>
        <pattern id="hatch-blind" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="blind-ground" width="5" height="5" />
          <rect class="blind-line" width="2.5" height="5" />
        </pattern>
      </defs>
    </svg>
  );
}

/** The 1,440 minutes as blocks. */
export function DayBar({ runs }: { runs: readonly Run[] }) {
  return (
    <svg class="day-bar" aria-hidden="true" focusable="false">
      {runs.map((run) => (
        <rect
          key={run.from}
          class={`minute-${run.state}`}
          x={percent(run.from)}
          width={percent(run.to - run.from)}
          y={`${TOP[run.state]}%`}
          height={`${100 - TOP[run.state]}%`}
        />
      ))}
    </svg>
  );
}
