import { defined, toHardwareText, toSerial } from '../../platform/clean.ts';
import { noData, type Door, type InventoryPart, type NoData, type Probe, type Sample, type WindowsDoor } from '../probe.ts';
import { readConnectors, readEdid } from './linux.ts';
import { makerName } from './makers.ts';
import { externalDisplays, isBuiltIn, parseEdid, realConnectors, type Connector, type Edid } from './parse.ts';
import { readWindowsDisplays } from './windows.ts';

type Displays = NonNullable<InventoryPart['displays']>;

async function describe(door: Door, connected: readonly Connector[]): Promise<Displays> {
  const displays = await Promise.all(
    connected.map(async ({ name }) => {
      const bytes = await readEdid(door, name);
      return toDisplay(!isBuiltIn(name), bytes === undefined ? undefined : parseEdid(bytes));
    }),
  );
  return displays.slice(0, 16);
}

const toDisplay = (external: boolean, edid: Edid | undefined): Displays[number] =>
  defined({
    external,
    maker: toHardwareText(edid === undefined ? undefined : makerName(edid.maker)),
    model: toHardwareText(edid?.model),
    serial: toSerial(edid?.serial),
  });

async function lookWindows(windows: WindowsDoor): Promise<Sample<'metrics' | 'inventory'> | NoData> {
  const found = await readWindowsDisplays(windows);
  if (found === undefined) return noData('unsupported');
  const external = found.filter((one) => one.external).length;
  return { metrics: { displays: external }, inventory: { displays: found.map((one) => toDisplay(one.external, one.edid)) } };
}

/** Displays that are connected, and what they say of themselves. */
export const displays: Probe<'metrics' | 'inventory'> = {
  name: 'displays',
  kinds: ['metrics', 'inventory'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 60,
  open: async ({ door }) => ({
    sample: async () => {
      if (door.windows !== undefined) return lookWindows(door.windows);
      const connectors = await readConnectors(door);
      if (connectors === undefined) return noData('absent');
      const count = externalDisplays(connectors);
      if (count === undefined) return noData('unsupported');
      const connected = realConnectors(connectors).filter((one) => one.status === 'connected');
      return { metrics: { displays: count }, inventory: { displays: await describe(door, connected) } };
    },
    close: async () => {},
  }),
};
