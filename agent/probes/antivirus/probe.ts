import { defined, toProduct } from '../../platform/clean.ts';
import {
  noData,
  type NoData,
  type OpenProbe,
  type Probe,
  type ProbeContext,
  type Sample,
  type SecurityPart,
  type WindowsDoor,
} from '../probe.ts';
import { readClamav, readOthers, readProcesses } from './linux.ts';
import { judgeClamav, judgeOther, type Product } from './parse.ts';
import { readInstalled, readWindowsProducts } from './windows.ts';
import { judgeWindows, type WindowsEvidence } from './windows-products.ts';

/** Looking at every process, or at every installed program, is the dear part; the rest is a handful of reads. */
const LOOK_AROUND_EVERY_MS = 6 * 3_600_000;

type Antivirus = NonNullable<SecurityPart['antivirus']>[number];

const toMessage = (product: Product): Antivirus =>
  defined({
    name: toProduct(product.name) ?? 'antivirus',
    version: toProduct(product.version),
    state: product.state,
    realtime: product.realtime,
    definitions: product.definitions === undefined ? undefined : toDefinitions(product.definitions),
    freshness: product.freshness,
    licence: product.licence,
  });

const toDefinitions = ({ version, at }: NonNullable<Product['definitions']>): NonNullable<Antivirus['definitions']> =>
  defined({ version: toProduct(version), at });

const told = (products: readonly Product[]): Sample<'security'> => ({ security: { antivirus: products.slice(0, 16).map(toMessage) } });

/** A handful of reads and two questions to clamd. */
function openLinux({ door, clock }: ProbeContext): OpenProbe<'security'> {
  let looked: { processes: ReadonlySet<string> | undefined; mono: number; answered: boolean } | undefined;
  return {
    sample: async () => {
      const stale = looked === undefined || clock.mono() - looked.mono >= LOOK_AROUND_EVERY_MS;
      if (stale) looked = { processes: await readProcesses(door), mono: clock.mono(), answered: false };
      let found = await readClamav(door, looked?.processes);
      // clamd came or went since the processes were looked at: what they said of it is out of date.
      if (!stale && looked !== undefined && found.answers !== looked.answered) {
        looked = { processes: await readProcesses(door), mono: clock.mono(), answered: found.answers };
        found = await readClamav(door, looked.processes);
      }
      if (looked !== undefined) looked.answered = found.answers;
      const clamav = judgeClamav(found);
      const others = (await readOthers(door)).map((product) => judgeOther(product.name, looked?.processes?.has(product.process) === true));
      return told([...(clamav === undefined ? [] : [clamav]), ...others]);
    },
    close: async () => {
      looked = undefined;
    },
  };
}

/** The registry and a few services; no product at all in a registry that cannot be read is not known. */
function openWindows({ door, clock, memo }: ProbeContext, windows: WindowsDoor): OpenProbe<'security'> {
  let looked: { installed: WindowsEvidence['installed']; mono: number } | undefined;
  return {
    sample: async (): Promise<Sample<'security'> | NoData> => {
      if (looked === undefined || clock.mono() - looked.mono >= LOOK_AROUND_EVERY_MS) {
        looked = { installed: await readInstalled(windows), mono: clock.mono() };
      }
      const found = await readWindowsProducts(door, windows, memo, clock, looked.installed);
      const products = judgeWindows(found, clock.now());
      // A Security Center that runs and lists nothing is the only one that can say that there is nothing.
      return products.length === 0 && found.center !== 'running' ? noData('unsupported') : told(products);
    },
    close: async () => {
      looked = undefined;
    },
  };
}

/** Antivirus products on this machine, best first on Windows; an empty list when there is none. */
export const antivirus: Probe<'security'> = {
  name: 'antivirus',
  kinds: ['security'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 300,
  timeoutSeconds: 30,
  open: async (context) => (context.door.windows === undefined ? openLinux(context) : openWindows(context, context.door.windows)),
};
