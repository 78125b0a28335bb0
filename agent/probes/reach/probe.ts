import { noData, type InventoryPart, type MetricsPart, type Net, type NoData, type Probe, type Sample } from '../probe.ts';
import { readWay } from './linux.ts';
import { isGlobalIpv6, isIpv4, parseBroker } from './parse.ts';
import { readWindowsWay } from './windows.ts';

/** DNS and the pages of its own settings: one of them most routers answer or refuse. */
const GATEWAY_PORTS = [53, 80, 443];
const GATEWAY_MS = 1_000;
const NAME_MS = 3_000;
const BROKER_MS = 5_000;
/** Connections that say nothing cost the broker something, and a whole school has one address. */
const BROKER_EVERY_MS = 3_600_000;
/** The best of a few: what a busy machine adds is not the line's. */
const TRIES = 3;

type Family = 'ipv4' | 'ipv6';

/** @returns milliseconds, or undefined when the gateway drops what it does not know */
async function gatewayTrip(net: Net, gateway: string): Promise<number | undefined> {
  const first = await Promise.all(GATEWAY_PORTS.map((port) => net.handshake(gateway, port, GATEWAY_MS)));
  const answering = GATEWAY_PORTS.find((_, i) => first[i] !== undefined);
  if (answering === undefined) return undefined;
  const trips = first.filter((trip) => trip !== undefined);
  for (let i = 1; i < TRIES; i++) {
    const trip = await net.handshake(gateway, answering, GATEWAY_MS);
    if (trip !== undefined) trips.push(trip);
  }
  return Math.min(...trips);
}

interface Answered {
  /** Until a name server answered, ms. */
  readonly ms: number;
  readonly addresses: ReadonlyMap<Family, string>;
}

async function askNames(net: Net, host: string): Promise<Answered | undefined> {
  const [four, six] = await Promise.all([net.resolve(host, 4, NAME_MS), net.resolve(host, 6, NAME_MS)]);
  const answers = [four, six].filter((one) => one !== undefined);
  if (answers.length === 0) return undefined;
  const addresses = new Map<Family, string>();
  if (four?.addresses[0] !== undefined) addresses.set('ipv4', four.addresses[0]);
  if (six?.addresses[0] !== undefined) addresses.set('ipv6', six.addresses[0]);
  return { ms: Math.min(...answers.map((one) => one.ms)), addresses };
}

const literal = (host: string): Map<Family, string> => new Map([[host.includes(':') ? 'ipv6' : 'ipv4', host]]);
const isLiteral = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host);

/** Follows how well the machine reaches what it needs, and by which kind of address. */
class Reach {
  readonly #net: Net;
  #broker: { at: number; families: readonly Family[]; ms: number | undefined } | undefined;

  constructor(net: Net) {
    this.#net = net;
  }

  /** By every family the broker has an address of, in turn; kept for an hour. @param mono ms since boot */
  async broker(
    addresses: ReadonlyMap<Family, string>,
    port: number,
    mono: number,
  ): Promise<{ families: readonly Family[]; ms: number | undefined }> {
    if (this.#broker !== undefined && mono - this.#broker.at < BROKER_EVERY_MS) return { families: this.#broker.families, ms: undefined };
    const trips: [Family, number][] = [];
    for (const [family, address] of addresses) {
      const trip = await this.#net.handshake(address, port, BROKER_MS);
      if (trip !== undefined) trips.push([family, trip]);
    }
    const found = {
      families: trips.map(([family]) => family),
      ms: trips.length === 0 ? undefined : Math.min(...trips.map(([, ms]) => ms)),
    };
    // One that is not reached now is tried again at the next sample.
    this.#broker = found.families.length === 0 ? undefined : { at: mono, ...found };
    return found;
  }
}

/** Link-local addresses (169.254.…, fe80::) lead nowhere. */
const familiesOf = (addresses: readonly string[]): Family[] => [
  ...(addresses.some((address) => isIpv4(address) && !address.startsWith('169.254.')) ? (['ipv4'] as const) : []),
  ...(addresses.some(isGlobalIpv6) ? (['ipv6'] as const) : []),
];

const metric = (name: keyof MetricsPart, value: number | undefined): MetricsPart => (value === undefined ? {} : { [name]: value });

/**
 * How well the machine reaches its gateway, its name servers and its broker, whether it has IPv6, and how often its link
 * fell. Every quarter of an hour, a handful of packets; no program, no right that others lack.
 */
export const reach: Probe<'metrics' | 'inventory'> = {
  name: 'reach',
  kinds: ['metrics', 'inventory'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 900,
  timeoutSeconds: 60,
  open: async ({ door, net, broker, clock }) => {
    if (net === undefined) return { sample: async () => noData('unsupported'), close: async () => {} };
    const state = new Reach(net);
    let changes: number | undefined;
    return {
      sample: async (): Promise<Sample<'metrics' | 'inventory'> | NoData> => {
        const addresses = net.addresses();
        if (addresses.length === 0) return noData('absent');
        const way = door.windows === undefined ? await readWay(door) : await readWindowsWay(door.windows, addresses);
        const at = parseBroker(broker?.());
        const names = at === undefined || isLiteral(at.host) ? undefined : await askNames(net, at.host);
        const targets =
          at === undefined ? new Map<Family, string>() : isLiteral(at.host) ? literal(at.host) : (names?.addresses ?? new Map());
        const reached = at === undefined ? undefined : await state.broker(targets, at.port, clock.mono());
        const network: InventoryPart['network'] = {
          families: familiesOf(addresses),
          // None reached says nothing: the broker may be down, or a proxy stand between.
          ...(reached === undefined || reached.families.length === 0 ? {} : { broker: [...reached.families] }),
        };
        const metrics: MetricsPart = {
          ...metric('gateway_rtt', way.gateway === undefined ? undefined : await gatewayTrip(net, way.gateway)),
          ...metric('dns_time', names?.ms),
          ...metric('broker_rtt', reached?.ms),
          // The same number again and again is bytes on the wire for nothing.
          ...metric('link_changes', way.linkChanges === changes ? undefined : way.linkChanges),
        };
        changes = way.linkChanges;
        return { metrics, inventory: { network } };
      },
      close: async () => {},
    };
  },
};
