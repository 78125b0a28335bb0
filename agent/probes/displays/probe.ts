import { defined, toHardwareText, toSerial } from '../../platform/clean.ts';
import { noData, type Door, type InventoryPart, type Probe } from '../probe.ts';
import { readConnectors, readEdid } from './linux.ts';
import { makerName } from './makers.ts';
import { externalDisplays, isBuiltIn, parseEdid, realConnectors, type Connector } from './parse.ts';

type Displays = NonNullable<InventoryPart['displays']>;

async function describe(door: Door, connected: readonly Connector[]): Promise<Displays> {
  const displays = await Promise.all(
    connected.map(async ({ name }) => {
      const bytes = await readEdid(door, name);
      const edid = bytes === undefined ? undefined : parseEdid(bytes);
      return defined({
        external: !isBuiltIn(name),
        maker: toHardwareText(edid === undefined ? undefined : makerName(edid.maker)),
        model: toHardwareText(edid?.model),
        serial: toSerial(edid?.serial),
      });
    }),
  );
  return displays.slice(0, 16);
}

/** Displays that are connected, and what they say of themselves. */
export const displays: Probe<'metrics' | 'inventory'> = {
  name: 'displays',
  kinds: ['metrics', 'inventory'],
  platforms: ['linux'],
  intervalSeconds: 60,
  open: async ({ door }) => ({
    sample: async () => {
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
