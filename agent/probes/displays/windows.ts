import { defined } from '../../platform/clean.ts';
import type { WindowsDoor } from '../probe.ts';
import { parseEdid, type Edid } from './parse.ts';

/** GUID_DEVCLASS_MONITOR of devguid.h. */
const MONITORS = '{4d36e96e-e325-11ce-bfc1-08002be10318}';
const ENUM = 'HKLM\\SYSTEM\\CurrentControlSet\\Enum';
/** What Windows makes up where no display says anything: a virtual machine, a remote desktop, an old converter. */
const MADE_UP = /^DISPLAY\\(?:Default_Monitor|NONEDID|RDPIDD|MS_\w*)\\/i;
/** Makers of bare panels for laptops and all-in-ones; they sell no display in a case. */
const PANELS = new Set([
  'AUO',
  'BOE',
  'CMN',
  'CMO',
  'CPT',
  'HSD',
  'INL',
  'INX',
  'IVO',
  'KDB',
  'LGD',
  'LPL',
  'NCP',
  'PNL',
  'QDS',
  'SDC',
  'SHP',
  'CSO',
  'TMX',
]);

export interface WindowsDisplay {
  readonly edid?: Edid;
  readonly external: boolean;
}

/**
 * Displays that are plugged in now, with the EDID the registry keeps of each. Windows does not tell the kind of the socket
 * here, so a panel is known by its maker; one that is not known counts as a display of its own.
 * @returns undefined when the devices cannot be listed
 */
export async function readWindowsDisplays(windows: WindowsDoor): Promise<WindowsDisplay[] | undefined> {
  const ids = await windows.present(MONITORS);
  if (ids === undefined) return undefined;
  const real = ids.filter((id) => /^DISPLAY\\/i.test(id) && !MADE_UP.test(id)).slice(0, 16);
  return Promise.all(
    real.map(async (id) => {
      const value = (await windows.values(`${ENUM}\\${id}\\Device Parameters`))?.get('edid');
      const edid = value instanceof Uint8Array ? parseEdid(value) : undefined;
      // The id begins with the same three letters as the EDID.
      const maker = edid?.maker ?? id.slice('DISPLAY\\'.length, 'DISPLAY\\'.length + 3).toUpperCase();
      return defined({ external: !PANELS.has(maker), edid });
    }),
  );
}
