import { defined, toProduct } from '../../platform/clean.ts';
import type { Probe, SecurityPart } from '../probe.ts';
import { readClamav, readOthers, readProcesses } from './linux.ts';
import { judgeClamav, judgeOther, type Product } from './parse.ts';

/** Looking at every process is the dear part; the rest is a handful of reads and two questions to clamd. */
const PROCESSES_EVERY_MS = 6 * 3_600_000;

type Antivirus = NonNullable<SecurityPart['antivirus']>[number];

const toMessage = (product: Product): Antivirus =>
  defined({
    name: toProduct(product.name) ?? 'antivirus',
    version: toProduct(product.version),
    state: product.state,
    realtime: product.realtime,
    definitions: product.definitions,
  });

/** Antivirus products on this machine; an empty list when there is none. */
export const antivirus: Probe<'security'> = {
  name: 'antivirus',
  kinds: ['security'],
  platforms: ['linux'],
  intervalSeconds: 900,
  timeoutSeconds: 30,
  open: async ({ door, clock }) => {
    let looked: { processes: ReadonlySet<string> | undefined; mono: number; answered: boolean } | undefined;
    return {
      sample: async () => {
        const stale = looked === undefined || clock.mono() - looked.mono >= PROCESSES_EVERY_MS;
        if (stale) looked = { processes: await readProcesses(door), mono: clock.mono(), answered: false };
        let found = await readClamav(door, looked?.processes);
        // clamd came or went since the processes were looked at: what they said of it is out of date.
        if (!stale && looked !== undefined && found.answers !== looked.answered) {
          looked = { processes: await readProcesses(door), mono: clock.mono(), answered: found.answers };
          found = await readClamav(door, looked.processes);
        }
        if (looked !== undefined) looked.answered = found.answers;
        const clamav = judgeClamav(found);
        const others = (await readOthers(door)).map((product) =>
          judgeOther(product.name, looked?.processes?.has(product.process) === true),
        );
        const products = [...(clamav === undefined ? [] : [clamav]), ...others];
        return { security: { antivirus: products.slice(0, 16).map(toMessage) } };
      },
      close: async () => {
        looked = undefined;
      },
    };
  },
};
