import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import type { Platform } from '../probes/probe.ts';
import { cardOf, judgeLinux, judgeWindows, type LineCost } from './line-parse.ts';

/** How this machine reaches the server. */
export interface Line {
  readonly cost: LineCost;
  /** Its own address on that line, when it is IPv4. */
  readonly address: string | undefined;
}

/** The address this machine uses towards a host. UDP says it without sending anything. */
async function ownAddress(url: URL): Promise<string | undefined> {
  try {
    const { address, family } = await lookup(url.hostname.replaceAll(/^\[|\]$/g, ''));
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    try {
      return await new Promise((resolve, reject) => {
        socket.once('error', reject);
        socket.connect(9, address, () => resolve(socket.address().address));
      });
    } finally {
      socket.close();
    }
  } catch {
    return undefined;
  }
}

async function costOf(platform: Platform, name: string): Promise<LineCost> {
  const { door } = platform;
  const { windows } = door;
  if (windows !== undefined) {
    const card = cardOf(await windows.interfaces(), name);
    if (card === undefined) return 'metered';
    const profile = String.raw`HKLM\SOFTWARE\Microsoft\DusmSvc\Profiles\${card.guid}`;
    const costs: unknown[] = [];
    for (const key of (await windows.keys(profile)) ?? []) costs.push((await windows.values(`${profile}\\${key}`))?.get('usercost'));
    const usual = await windows.values(String.raw`HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\NetworkList\DefaultMediaCost`);
    return judgeWindows(card.type, [...costs, usual?.get('ethernet')]);
  }
  const at = `/sys/class/net/${name}`;
  const driver = await door.realPath(`${at}/device/driver`);
  return judgeLinux({
    type: await door.readText(`${at}/type`),
    uevent: await door.readText(`${at}/uevent`),
    wireless: (await door.listDir(`${at}/wireless`)) !== undefined || (await door.listDir(`${at}/phy80211`)) !== undefined,
    driver: driver === undefined ? undefined : basename(driver),
  });
}

/** Whether a download on the way to the server may cost somebody money. What cannot be told counts as yes. */
export async function lineTo(url: URL, platform: Platform): Promise<Line> {
  const own = await ownAddress(url);
  if (own === undefined) return { cost: 'metered', address: undefined };
  const name = Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some(({ address }) => address === own))?.[0];
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(own) ? own : undefined;
  if (own === '127.0.0.1' || own === '::1') return { cost: 'free', address };
  return { cost: name === undefined ? 'metered' : await costOf(platform, name), address };
}
