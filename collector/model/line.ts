import { Point } from '@influxdata/influxdb-client';
import type { Device, UnitPlace } from '../../ledger/index.ts';
import { METRIC_NAMES, METRICS, REPORT_MEASUREMENT, type TagName } from '../../protocol/catalogue.ts';
import type { Metrics } from '../../protocol/payloads/report.ts';
import { countOnes, type MinuteWindow } from './window.ts';

/** A backslash at the end of a tag would escape what follows it: line protocol cannot say such a value, so it is left off. */
const tagValue = (value: string): string => value.replace(/\\+$/, '');

/** Tags of a device: who it is and where it stands; `province`, `school`, `room` and `unit` are codes of units. */
export function tagsOf(device: Pick<Device, 'id' | 'class'>, place: UnitPlace): Partial<Record<TagName, string>> {
  const tags: Partial<Record<TagName, string>> = { device: device.id, class: device.class, unit: place.code };
  for (const { kind, code } of place.path) if (kind === 'province' || kind === 'school' || kind === 'room') tags[kind] = code;
  return tags;
}

function addMetrics(point: Point, metrics: Metrics): void {
  for (const name of METRIC_NAMES) {
    const value = metrics[name];
    if (value === undefined) continue;
    if (typeof value === 'number') point.floatField(name, value);
    else point.floatField(`${name}_min`, value.min).floatField(`${name}_mean`, value.mean).floatField(`${name}_max`, value.max);
  }
}

/**
 * A report as one line of InfluxDB line protocol: time in ms = end of its window in true time, metrics as floats (a field
 * must never change its type), minutes and seconds as integers. What was not measured is absent.
 * @see https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 */
export function reportLine(device: Device, place: UnitPlace, metrics: Metrics, window: MinuteWindow, skewMs: number | null): string {
  const point = new Point(REPORT_MEASUREMENT);
  for (const [name, value] of Object.entries(tagsOf(device, place))) point.tag(name, tagValue(value));
  addMetrics(point, metrics);
  point
    .intField('on_minutes', countOnes(window.on))
    .intField('active_minutes', countOnes(window.active))
    .intField('blind_minutes', countOnes(window.blind))
    .timestamp((window.minute + window.span) * 60_000);
  if (skewMs !== null) point.intField('skew_seconds', Math.round(skewMs / 1000));
  return point.toLineProtocol()!;
}

/** Fields that hold a metric: the least, the mean and the most; a last value is all three. */
export function metricFields(metric: keyof typeof METRICS): { min: string; mean: string; max: string } {
  if (METRICS[metric].shape === 'last') return { min: metric, mean: metric, max: metric };
  return { min: `${metric}_min`, mean: `${metric}_mean`, max: `${metric}_max` };
}
