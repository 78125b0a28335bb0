import { noData, type MetricsPart, type Probe } from '../probe.ts';
import { readNetwork } from './linux.ts';
import { interfacesToCount, linkSpeed, networkRates, type NetworkCounters } from './parse.ts';

/** Bytes a second through the network cards, and the speed of the link. */
export const network: Probe<'metrics'> = {
  name: 'network',
  kinds: ['metrics'],
  platforms: ['linux'],
  intervalSeconds: 20,
  open: async ({ door, clock, log }) => {
    let before: { counters: NetworkCounters; mono: number } | undefined;
    let said = false;
    return {
      sample: async () => {
        const { counters, interfaces } = await readNetwork(door);
        const { names, physical } = interfacesToCount(interfaces);
        if (names.length === 0) return noData('absent');
        if (!physical && !said) {
          said = true;
          log.info({ probe: 'network' }, 'no network card of hardware here: counting the other interfaces');
        }
        const mono = clock.mono();
        const rates =
          before === undefined ? undefined : networkRates(before.counters, counters, interfaces, names, (mono - before.mono) / 1000);
        const first = before === undefined;
        before = { counters, mono };
        const speed = linkSpeed(interfaces, names);
        const metrics: MetricsPart = {
          ...(rates === undefined ? {} : { network_received: rates.received, network_sent: rates.sent }),
          ...(speed === undefined ? {} : { link_speed: speed }),
        };
        if (Object.keys(metrics).length === 0) return noData(first ? 'first-sample' : 'unreadable');
        return { metrics };
      },
      close: async () => {
        before = undefined;
      },
    };
  },
};
