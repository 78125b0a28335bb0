import type { DeviceDetail, DeviceSummary, Series, Trouble } from './generated.ts';

/** Names for parts of the generated shapes. */
export type { Command, DeviceDay, DeviceDetail, DeviceSummary, Series, Session, Trouble, UnitNode } from './generated.ts';
export type DeviceClass = DeviceSummary['class'];
export type DeviceState = DeviceSummary['state'];
export type UseState = DeviceSummary['use']['state'];
export type Verdict = DeviceSummary['antivirus']['verdict'];
export type Severity = Trouble['severity'];
export type Point = Series['points'][number];
export type MetricValue = number | { min: number; mean: number; max: number };
export type Metrics = NonNullable<DeviceDetail['metrics']>;
