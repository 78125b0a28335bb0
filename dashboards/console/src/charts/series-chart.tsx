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

/** Draws into `place`; gives the index under the cursor, where it lies, and a way to move it. */
function usePlot({ field, colour, zone }: Props, series: SeriesState) {
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
  const leftOf = (to: number | null) => {
    const at = to === null ? undefined : columns[0][to];
    return at === undefined ? null : (plot.current?.valToPos(at, 'x') ?? null);
  };
  const move = (to: number | null) => plot.current?.setCursor({ left: leftOf(to) ?? -10, top: 0 });
  const width = plot.current?.over.offsetWidth ?? 0;
  return { place, columns, index, move, left: leftOf(index), over: plot.current?.over.offsetLeft ?? 0, width };
}

interface TipProps {
  left: number;
  /** On which side of the cursor there is room. */
  side: 'left' | 'right';
  time: string;
  value: string;
  band: string | null;
}

function Tip({ left, side, time, value, band }: TipProps) {
  return (
    <div class={`chart-tip chart-tip-${side}`} style={{ left: `${left}px` }} role="status">
      <span class="quiet">{time}</span> <b>{value}</b>
      {band !== null && <span class="chart-tip-band">{band}</span>}
    </div>
  );
}

/** Where a key takes the cursor among `count` points; undefined for a key that is not ours. */
function keyTarget(key: string, index: number | null, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: (index ?? count) - 1, ArrowRight: (index ?? -1) + 1, Home: 0, End: count - 1 };
  const to = steps[key];
  return to === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, to));
}

/** One metric over time, with what it comes to in words and a readout for the pointer and for the arrow keys. */
export function SeriesChart(props: Props) {
  const { field, zone } = props;
  const series = useSeries(props.id, field, props.range, props.latestAt);
  const { place, columns, index, move, left, over, width } = usePlot(props, series);
  const words = t().charts;
  const metric = METRICS[field];
  const say = (value: number) => f().quantity(value, metric.unit);
  const summary = summaryOf(series.points);
  const summaryText = summary === undefined ? '' : words.summary(say(summary.mean), say(summary.min), say(summary.max));
  const [at, means, highs, lows] = columns;
  const [mean, high, low] = [means, highs, lows].map((column) => column[index ?? -1] ?? null) as [
    number | null,
    number | null,
    number | null,
  ];
  const keys = (event: KeyboardEvent) => {
    const to = keyTarget(event.key, index, at.length);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const name = pick(metric.name);
  return (
    <figure class="chart" data-testid={`chart-${field}`} data-points={series.points.length} data-status={series.status}>
      <figcaption>
        <span class="chart-name">{name}</span>
        <span class="quiet">{summaryText}</span>
      </figcaption>
      <div
        class="chart-place"
        role="group"
        tabIndex={0}
        aria-label={`${name}. ${summaryText === '' ? words.empty : summaryText} ${words.keys}`}
        onKeyDown={keys}
        onBlur={() => move(null)}
      >
        <div ref={place} class="chart-canvas" />
        {index !== null && left !== null && (
          <Tip
            left={over + left}
            side={left > width / 2 ? 'left' : 'right'}
            time={f().moment((at[index] ?? 0) * 1000, zone)}
            value={mean === null ? words.gap : say(mean)}
            band={low === null || high === null || low === high ? null : `${say(low)} – ${say(high)}`}
          />
        )}
        {series.status !== 'loading' && series.points.length === 0 && (
          <p class="chart-empty">{series.status === 'failed' ? words.failed : words.empty}</p>
        )}
      </div>
    </figure>
  );
}
