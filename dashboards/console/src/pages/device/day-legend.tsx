import type { DeviceDay } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { useText } from './day-use-text.ts';
import { MINUTE_STATES } from './runs.ts';

/** What each pattern means, with its minutes that day. */
export function DayLegend({ day }: { day: DeviceDay }) {
  const words = t().day;
  return (
    <ul class="day-legend">
      <li class="day-use" title={words.inUseHint} data-testid="day-in-use">
        {words.inUse(useText(day))}
      </li>
      {MINUTE_STATES.map((state) =>
        state === 'future' ? null : (
          <li key={state}>
            <svg class="swatch" width="14" height="14" aria-hidden="true" focusable="false">
              <rect class={`minute-${state}`} width="14" height="14" />
            </svg>
            {t().use[state]} <b>{f().minutes(day.minutes[state])}</b>
          </li>
        ),
      )}
    </ul>
  );
}
