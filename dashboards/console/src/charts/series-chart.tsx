import './chart.css';
import uPlot from 'uplot';
import { useEffect, useRef, useState } from 'preact/hooks';
import { METRICS, type MetricName } from '../../../../protocol/catalogue.ts';
import { f, pick, t } from '../i18n/index.ts';
import { language, shade } from '../state/preferences.ts';
import { chartOptions } from './chart-options.ts';
import { columnsOf, summaryOf, type Range } from './points.ts';
import { useSeries, type SeriesState } from './use-series.ts';

interface Props {
  id: string;
  field: MetricName;
  colour: string;
  range: Range;
  zone: string;
  latestAt: string | null;
}

/** Draws into `place`; gives the index under the cursor and a way to move it. */
function usePlot(props: Props, series: SeriesState) {
  const { field, colour, zone } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [index, setIndex] = useState<number | null>(null);
  const columns = columnsOf(series.points, series.step);
  const { unit } = METRICS[field];
  useEffect(() => {
    const element = place.current!;
    const scale = unit === '%' ? ([0, 100] as const) : undefined;
    const made = new uPlot(
      chartOptions({ colour, unit, zone, scale, format: f }, element.clientWidth, setIndex),
      [[], [], [], []],
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: made.height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [field, zone, colour]);
  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(columns, false);
      plot.current?.setScale('x', { min: series.from / 1000, max: series.to / 1000 });
    });
  }, [series, field, zone, colour]);
  useEffect(() => plot.current?.redraw(false, true), [shade.value, language.value]);
  const move = (to: number | null) => {
    const at = to === null ? undefined : columns[0][to];
    const left = at === undefined ? -10 : (plot.current?.valToPos(at, 'x') ?? -10);
    plot.current?.setCursor({ left, top: 0 });
  };
  return { place, columns, index, move };
}

/** One metric over time, with what it comes to in words and a readout for the pointer and for the arrow keys. */
export function SeriesChart(props: Props) {
  const { field, zone, colour } = props;
  const series = useSeries(props.id, field, props.range, props.latestAt);
  const { place, columns, index, move } = usePlot(props, series);
  const words = t().charts;
  const metric = METRICS[field];
  const say = (value: number | null | undefined) => (value == null ? words.gap : f().quantity(value, metric.unit));
  const summary = summaryOf(series.points);
  const [at, mean, high, low] = columns;
  const keys = (event: KeyboardEvent) => {
    const last = at.length - 1;
    const steps: Record<string, number> = { ArrowLeft: (index ?? last + 1) - 1, ArrowRight: (index ?? -1) + 1, Home: 0, End: last };
    const to = steps[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    move(Math.max(0, Math.min(last, to)));
  };
  const reading = index === null ? null : (mean[index] ?? null);
  const name = pick(metric.name);
  return (
    <figure class="chart" data-testid={`chart-${field}`} data-points={series.points.length} data-status={series.status}>
      <figcaption>
        <span class="chart-name">{name}</span>
        <span class="chart-reading" aria-live="polite">
          {index !== null && at[index] !== undefined ? (
            <>
              {f().moment(at[index] * 1000, zone)} · <b>{say(reading)}</b>
              {reading !== null && ` (${say(low[index])} – ${say(high[index])})`}
            </>
          ) : (
            summary && words.summary(say(summary.mean), say(summary.min), say(summary.max))
          )}
        </span>
      </figcaption>
      <div
        class="chart-place"
        role="group"
        tabIndex={0}
        aria-label={`${name}. ${summary ? words.summary(say(summary.mean), say(summary.min), say(summary.max)) : words.empty} ${words.keys}`}
        onKeyDown={keys}
        onBlur={() => move(null)}
      >
        <div ref={place} class="chart-canvas" data-colour={colour} />
        {series.status !== 'loading' && series.points.length === 0 && (
          <p class="chart-empty">{series.status === 'failed' ? words.failed : words.empty}</p>
        )}
      </div>
    </figure>
  );
}
