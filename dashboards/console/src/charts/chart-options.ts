import uPlot from 'uplot';
import type { Format } from '../i18n/format.ts';
import { isolated } from './points.ts';

export interface ChartLook {
  /** Name of the CSS custom property of the line, e.g. `--chart-cpu`. */
  readonly colour: string;
  readonly unit: string;
  readonly zone: string;
  /** Fixed scale; otherwise it follows the values. */
  readonly scale?: readonly [number, number] | undefined;
  readonly format: () => Format;
}

const HEIGHT = 168;
const property = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** At least ten units high and a little air, so that noise of one degree does not look like a mountain range. */
function airy(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [20, 80];
  const middle = (low + high) / 2;
  const half = Math.max(5, (high - low) * 0.6);
  return [Math.floor(middle - half), Math.ceil(middle + half)];
}

/** Mean as a line, min to max as a band around it. Colours are read when drawing, so a change of theme is one redraw. */
export function chartOptions(look: ChartLook, width: number, onCursor: (index: number | null) => void): uPlot.Options {
  const { colour, unit, zone, scale, format } = look;
  const line = () => property(colour);
  const axis = {
    stroke: () => property('--text-2'),
    grid: { stroke: () => property('--line-soft'), width: 1 },
    ticks: { show: false },
  } as const;
  const edge = { width: 0, points: { show: false }, stroke: () => 'transparent' } as const;
  const font = '11px ' + getComputedStyle(document.body).fontFamily;
  return {
    width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    cursor: { x: true, y: false, drag: { x: false, y: false }, points: { size: 7, fill: () => property('--surface') } },
    scales: { x: { time: true }, y: { range: scale === undefined ? (_plot, low, high) => airy(low, high) : [scale[0], scale[1]] } },
    series: [
      {},
      {
        stroke: line,
        width: 1.75,
        points: { size: 4, fill: line, filter: (plot, index, shown) => (shown ? null : isolated(plot.data[index] ?? [])) },
        spanGaps: false,
      },
      edge,
      edge,
    ],
    bands: [{ series: [2, 3], fill: () => `${property(colour)}${property('--band-alpha')}` }],
    axes: [
      {
        ...axis,
        font,
        size: 24,
        space: 64,
        values: (_plot, splits, _index, _space, step) =>
          splits.map((at) => {
            const time = format().axis(at * 1000, zone, 'time');
            return step >= 86_400 || time === '00:00' ? format().axis(at * 1000, zone, 'day') : time;
          }),
      },
      { ...axis, font, size: 46, space: 30, values: (_plot, splits) => splits.map((value) => format().quantity(value, unit)) },
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}
