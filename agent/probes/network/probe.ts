import { noData, type MetricsPart, type Probe } from '../probe.ts';
import { readNetwork, type Chosen } from './linux.ts';
import { linkSpeed, networkRates, type NetworkCounters } from './parse.ts';
import { readWindowsNetwork } from './windows.ts';

/** Bytes a second through the network cards, and the speed of the link. */
export const network: Probe<'metrics'> = {
  name: 'network',
  kinds: ['metrics'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 60,
  open: async ({ door, clock, log, platform }) => {
    const read = platform.name === 'windows' ? readWindowsNetwork : readNetwork;
    let before: { counters: NetworkCounters; mono: number } | undefined;
    let chosen: Chosen | undefined;
    let said = false;
    return {
      sample: async () => {
        const { counters, chosen: now, interfaces } = await read(door, chosen);
        chosen = now;
        if (interfaces.length === 0) return noData('absent');
        if (!chosen.physical && !said) {
          said = true;
          log.info({ probe: 'network' }, 'no network card of hardware here: counting the other interfaces');
        }
        const mono = clock.mono();
        const rates = before === undefined ? undefined : networkRates(before.counters, counters, interfaces, (mono - before.mono) / 1000);
        const first = before === undefined;
        before = { counters, mono };
        const speed = linkSpeed(interfaces);
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
