import type { MetricName } from '../../../../protocol/catalogue.ts';
import type { DeviceDetail } from '../api/types.ts';
import { f, t } from '../i18n/index.ts';
import { RANGE, RANGES, type Range } from './points.ts';
import { SeriesChart } from './series-chart.tsx';

const CHARTS: readonly { field: MetricName; colour: string }[] = [
  { field: 'cpu', colour: '--chart-cpu' },
  { field: 'memory', colour: '--chart-memory' },
  { field: 'disk', colour: '--chart-disk' },
  { field: 'temperature', colour: '--chart-temperature' },
];

function stepText(seconds: number): string {
  const words = t().charts;
  return seconds < 3600 ? words.minutes(f().number(seconds / 60)) : words.hours(f().number(seconds / 3600));
}

/** The charts of a device over one range, which stands in the address. */
export function Charts({ device, range, onRange }: { device: DeviceDetail; range: Range; onRange: (range: Range) => void }) {
  const words = t().charts;
  return (
    <section class="panel charts" aria-labelledby="charts-title">
      <div class="panel-head">
        <h2 id="charts-title">{words.title}</h2>
        <div class="switch" role="group" aria-label={words.range}>
          {RANGES.map((one) => (
            <button key={one} type="button" aria-pressed={one === range} data-testid={`range-${one}`} onClick={() => onRange(one)}>
              {words.ranges[one]}
            </button>
          ))}
        </div>
        <p class="chart-legend">
          <span class="key key-line" aria-hidden="true" /> {words.mean}
          <span class="key key-band" aria-hidden="true" /> {words.band}
          <span class="chart-step">{words.step(stepText(RANGE[range].step))}</span>
        </p>
      </div>
      <div class="chart-grid">
        {CHARTS.map(({ field, colour }) => (
          <SeriesChart
            key={field}
            id={device.id}
            field={field}
            colour={colour}
            range={range}
            zone={device.zone}
            latestAt={device.latest.at}
          />
        ))}
      </div>
    </section>
  );
}
