import { defined, toCount, toHardwareText, toSerial } from '../../platform/clean.ts';
import { noData, type InventoryPart, type Probe } from '../probe.ts';
import { judgeHealth, type Health } from './judge.ts';
import { lookLinux, type Looked } from './linux.ts';
import { lookWindows } from './windows.ts';

type Disks = NonNullable<InventoryPart['disks']>;

/** Named as the inventory names it, so that both come together. */
const toDisk = ({ disk }: Looked, health: Health): Disks[number] =>
  defined({
    kind: disk.kind,
    size: toCount(disk.size, 0, 1e18),
    model: toHardwareText(disk.model),
    serial: toSerial(disk.serial),
    health,
  });

/** What the disks say of themselves: at start and daily. Programs may be started. */
export const diskHealth: Probe<'inventory'> = {
  name: 'disk-health',
  kinds: ['inventory'],
  platforms: ['linux', 'windows'],
  intervalSeconds: 86_400,
  timeoutSeconds: 150,
  open: async (context) => {
    const { windows } = context.door;
    /** By name; a disk that sleeps keeps what it said when it was awake. */
    const last = new Map<string, Health>();
    return {
      sample: async () => {
        const looked = windows === undefined ? await lookLinux(context.door) : await lookWindows(context, windows);
        if (looked.length === 0) return noData('absent');
        const disks = looked.flatMap((one) => {
          const health = one.reading === undefined ? last.get(one.disk.name) : judgeHealth(one.reading);
          if (health !== undefined) last.set(one.disk.name, health);
          return health === undefined ? [] : [toDisk(one, health)];
        });
        return disks.length === 0 ? noData('unsupported') : { inventory: { disks: disks.slice(0, 32) } };
      },
      close: async () => {},
    };
  },
};
