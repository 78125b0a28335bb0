import type { Door } from '../probe.ts';
import type { Connector } from './parse.ts';

/** Base block and up to three extensions. */
const EDID_BYTES = 512;

/** @returns undefined when there is no graphics driver; reading `status` does not wake the display */
export async function readConnectors(door: Door): Promise<Connector[] | undefined> {
  const names = await door.listDir('/sys/class/drm');
  if (names === undefined) return undefined;
  const connectors = await Promise.all(
    names
      .filter((name) => /^card\d+-/.test(name))
      .map(async (name): Promise<Connector | undefined> => {
        const status = await door.readText(`/sys/class/drm/${name}/status`);
        return status === undefined ? undefined : { name, status: status.trim() };
      }),
  );
  return connectors.filter((one) => one !== undefined);
}

export async function readEdid(door: Door, name: string): Promise<Uint8Array | undefined> {
  const edid = await door.readBytes(`/sys/class/drm/${name}/edid`, EDID_BYTES);
  return edid === undefined || edid.length === 0 ? undefined : edid;
}
