import './day.css';
import type { DeviceDetail } from '../../api/types.ts';
import { addDays, dayOf } from '../../i18n/format.ts';
import { f, t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';
import { now } from '../../state/clock.ts';
import { DayBar, Hatches } from './day-bar.tsx';
import { DayLegend } from './day-legend.tsx';
import { DayStrip } from './day-strip.tsx';
import { useText } from './day-use-text.ts';
import { runsOf } from './runs.ts';
import { useDays, type DayRead } from './use-days.ts';

interface Props {
  device: DeviceDetail;
  /** From the address; undefined or nonsense = today. */
  day: string | undefined;
  onDay: (day: string | undefined) => void;
}
const WEEK = 7;

export function DayPanel({ device, day: asked, onDay }: Props) {
  const words = t().day;
  const today = dayOf(now.value, device.zone);
  const day = asked !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked <= today ? asked : today;
  const week = Array.from({ length: WEEK }, (_, index) => addDays(today, -index));
  const days = useDays(device.id, [...new Set([day, ...week])], today, device.latest.at);
  const read = days.get(day);
  const open = typeof read === 'object' ? read : undefined;
  const show = (to: string) => onDay(to >= today ? undefined : to);
  return (
    <section class="panel day" aria-labelledby="day-title" data-testid="day">
      <Hatches />
      <div class="panel-head">
        <h2 id="day-title">{words.title}</h2>
        <div class="day-choice">
          <button
            type="button"
            class="tool"
            aria-label={words.previous}
            title={words.previous}
            data-testid="day-previous"
            onClick={() => show(addDays(day, -1))}
          >
            <Icon name="left" />
          </button>
          <input
            type="date"
            aria-label={words.pick}
            value={day}
            max={today}
            data-testid="day-pick"
            onChange={(event) => event.currentTarget.value !== '' && show(event.currentTarget.value)}
          />
          <button
            type="button"
            class="tool"
            aria-label={words.next}
            title={words.next}
            disabled={day >= today}
            data-testid="day-next"
            onClick={() => show(addDays(day, 1))}
          >
            <Icon name="right" />
          </button>
        </div>
        <p class="day-name" role="status">
          {day === today ? `${words.today}, ` : ''}
          {f().weekday(day)}
        </p>
      </div>
      <div class="day-main">
        {open === undefined ? (
          <p class="day-wait">{read === 'failed' ? words.failed : t().app.loading}</p>
        ) : (
          <>
            <DayStrip key={day} day={open} />
            <DayLegend day={open} />
          </>
        )}
      </div>
      <h3>{words.week}</h3>
      <ul class="week">
        {week.map((one) => (
          <li key={one}>
            <a
              class="week-day"
              href={`/devices/${device.id}?day=${one}`}
              aria-current={one === day ? 'date' : undefined}
              data-testid="week-day"
              onClick={(event) => {
                event.preventDefault();
                show(one);
              }}
            >
              <WeekDay name={f().weekday(one)} read={days.get(one)} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function WeekDay({ name, read }: { name: string; read: DayRead }) {
  const words = t().day;
  const day = typeof read === 'object' ? read : undefined;
  return (
    <>
      <span class="week-name">{name}</span>
      <span class="week-bar">{day !== undefined && <DayBar runs={runsOf(day.states)} />}</span>
      <span class="week-text">
        {day === undefined ? (
          <span class="quiet">{read === 'failed' ? words.failed : '…'}</span>
        ) : day.minutes.on === 0 && day.minutes.off === 0 ? (
          <span class="unknown">{words.noData}</span>
        ) : (
          <>
            <span class="visually-hidden">{words.weekHead}: </span>
            <b>{useText(day)}</b> / {f().minutes(day.minutes.on)}
          </>
        )}
      </span>
    </>
  );
}
