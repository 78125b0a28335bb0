import type { RegistryValue, WindowsDoor } from '../probe.ts';
import type { Way } from './linux.ts';
import { isIpv4 } from './parse.ts';

const INTERFACES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces';

const texts = (value: RegistryValue | undefined): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/**
 * The gateway of the interface whose address this machine has now: what DHCP gave, else what was set by hand. Interfaces of
 * other days stay in the registry, with other addresses. Windows keeps no count of links that came or went.
 * @param addresses of this machine
 */
export async function readWindowsWay(windows: WindowsDoor, addresses: readonly string[]): Promise<Way> {
  for (const id of ((await windows.keys(INTERFACES)) ?? []).slice(0, 64)) {
    const values = await windows.values(`${INTERFACES}\\${id}`);
    const own = [...texts(values?.get('dhcpipaddress')), ...texts(values?.get('ipaddress'))];
    if (!own.some((address) => isIpv4(address) && addresses.includes(address))) continue;
    const gateways = [...texts(values?.get('dhcpdefaultgateway')), ...texts(values?.get('defaultgateway'))];
    const gateway = gateways.find(isIpv4);
    if (gateway !== undefined) return { gateway };
  }
  return {};
}
