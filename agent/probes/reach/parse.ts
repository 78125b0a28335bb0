/** Flag of a route that leads through a gateway, linux/route.h. */
const RTF_GATEWAY = 2;

/**
 * /proc/net/route: `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as little-endian hexadecimal.
 * @returns the gateway of the default route with the lowest metric
 */
export function parseGateway(text: string): string | undefined {
  const routes = text.split('\n').flatMap((line) => {
    const match = /^\S+\s+00000000\s+([0-9A-F]{8})\s+([0-9A-F]{1,8})\s+\d+\s+\d+\s+(\d{1,10})\s+00000000(?:\s|$)/i.exec(line);
    if (match === null || (Number.parseInt(match[2]!, 16) & RTF_GATEWAY) === 0) return [];
    const bytes = match[1]!.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
    return [{ gateway: bytes.toReversed().join('.'), metric: Number(match[3]) }];
  });
  return routes.toSorted((a, b) => a.metric - b.metric).find(({ gateway }) => gateway !== '0.0.0.0')?.gateway;
}

/** `carrier_changes` of /sys/class/net: how often the link came or went since boot. */
export function parseCarrierChanges(text: string): number | undefined {
  const match = /^\s*(\d{1,9})\s*$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** An address of the IPv6 internet (2000::/3): not link-local, not private (fc00::/7), not loopback. */
export const isGlobalIpv6 = (address: string): boolean => /^[23][0-9a-f]{3}:/i.test(address) && !/^2001:0?db8:/i.test(address);

export const isIpv4 = (address: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) && address !== '0.0.0.0';

/** Where a broker is reached, from its address. @returns undefined when it is none */
export function parseBroker(url: string | undefined): { readonly host: string; readonly port: number } | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url ?? '');
  } catch {
    return undefined;
  }
  const defaults: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };
  const usual = Object.hasOwn(defaults, parsed.protocol) ? defaults[parsed.protocol] : undefined;
  const port = parsed.port === '' ? usual : Number(parsed.port);
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return usual === undefined || port === undefined || host === '' ? undefined : { host, port };
}
