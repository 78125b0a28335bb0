import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/** The discard port, which Wake-on-LAN traditionally uses. */
const PORT = 9;
const TIMES = 3;

/** The magic packet (AMD, "Magic Packet Technology", 1995): six bytes of FF, then the address sixteen times; 102 bytes. Pure. */
export function magicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replaceAll(':', ''), 'hex');
  if (address.length !== 6) throw new Error('not a MAC address');
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => address)]);
}

/** The broadcast address of an IPv4 network. Pure. @param cidr e.g. 192.168.1.7/24 */
export function broadcastOf(cidr: string): string | undefined {
  const [address = '', length = ''] = cidr.split('/');
  const bytes = address.split('.').map(Number);
  const bits = Number(length);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255)) || !(bits >= 1 && bits <= 30)) return undefined;
  return bytes.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, bits - 8 * i)))).join('.');
}

/** Broadcast addresses of the networks this machine is in; the one of every network last. */
export function broadcasts(): string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ cidr }) => (cidr === null ? undefined : broadcastOf(cidr)));
  return [...new Set([...own.filter((each) => each !== undefined), '255.255.255.255'])];
}

/**
 * Sends the magic packet of each address into each network, three times.
 * @returns whether at least one left
 */
export async function wake(macs: readonly string[], to: readonly string[] = broadcasts(), port = PORT): Promise<boolean> {
  const socket = createSocket('udp4');
  const send = (packet: Buffer, address: string): Promise<boolean> =>
    new Promise((resolve) => socket.send(packet, port, address, (error) => resolve(error === null)));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, resolve);
    });
    socket.on('error', () => undefined);
    socket.setBroadcast(true);
    let left = false;
    for (let i = 0; i < TIMES; i++)
      for (const mac of macs) for (const address of to) left = (await send(magicPacket(mac), address)) || left;
    return left;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
