import { reportLine } from '../../model/line.ts';
import { windowOf } from './apply.ts';
import { KEEP, type Stage } from './stage.ts';

/** Leaves one line per report for the time-series store, in the same transaction. */
export const spool: Stage = {
  name: 'spool',
  each: (item, batch) => {
    if (item.reading?.kind !== 'report') return KEEP;
    const { device, place } = batch.devices.get(item.device)!;
    const { data } = item.reading;
    batch.lines.push(reportLine(device, place, data.metrics, windowOf(data, item.time!), item.time!.skew));
    return KEEP;
  },
  finish: async (batch) => {
    if (batch.lines.length > 0) await batch.tx.spool(batch.lines);
  },
};
