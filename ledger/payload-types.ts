/** The payload types that records keep as they came, re-exported so that records.ts reads as one list. */
export type { Birth, Event, Inventory, Report, Security } from '../protocol/payloads/index.ts';
export type { Metrics, Session } from '../protocol/payloads/report.ts';
