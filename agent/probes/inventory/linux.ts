import { readDisks, readNics, type Disk, type Nic } from '../../platform/linux-hardware.ts';
import { parseSmbios, type SmbiosModule } from '../../platform/smbios.ts';
import { readOsRelease, type OsRelease } from '../../platform/os-release.ts';
import { selfCommand } from '../../platform/self.ts';
import type { Door } from '../probe.ts';
import { parseChildReport, parseCpuInfo, parseMemoryTotal, type ChildReport, type CpuInfo } from './parse.ts';

/** All that was read of the hardware, as it stands there. */
export interface RawHardware {
  /** /sys/class/dmi/id; the serial numbers and the UUID only for root. */
  readonly dmi: Readonly<Partial<Record<DmiKey, string>>>;
  /** /proc/device-tree/model of ARM boards. */
  readonly tree?: string;
  readonly cpu: CpuInfo;
  /** kHz, Intel only. */
  readonly baseFrequency?: string;
  readonly memoryTotal?: number;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  /** Memory modules as the firmware describes them; only for root. */
  readonly modules?: readonly SmbiosModule[];
  readonly child?: ChildReport;
}

/** The same of a Linux machine, and its system. */
export interface RawInventory extends RawHardware {
  readonly os: OsRelease;
  readonly debianVersion?: string;
  readonly kernel?: string;
}

const DMI_KEYS = [
  'sys_vendor',
  'product_name',
  'product_version',
  'product_serial',
  'product_uuid',
  'board_serial',
  'board_vendor',
  'board_name',
] as const;
export type DmiKey = (typeof DMI_KEYS)[number];

const CHILD_MS = 60_000;

async function readDmi(door: Door): Promise<RawInventory['dmi']> {
  const values = await Promise.all(DMI_KEYS.map((key) => door.readText(`/sys/class/dmi/id/${key}`)));
  return Object.fromEntries(DMI_KEYS.map((key, i) => [key, values[i]?.trim()]).filter(([, value]) => value !== undefined && value !== ''));
}

/** Runs the child. @returns undefined when it fails or is late; the rest of the inventory stands without it */
async function askChild(door: Door): Promise<ChildReport | undefined> {
  const { file, args } = selfCommand('inventory-child');
  const answer = await door.run(file, args, { timeoutMs: CHILD_MS });
  return answer === undefined ? undefined : parseChildReport(answer);
}

/** The SMBIOS table of a school's PC has 2 to 8 KiB. */
const TABLE_BYTES = 65_536;

export async function readInventory(door: Door): Promise<RawInventory> {
  const trimmed = async (path: string): Promise<string | undefined> =>
    (await door.readText(path))?.replaceAll('\0', '').trim() || undefined;
  const [dmi, tree, cpuText, baseFrequency, meminfo, disks, nics, os, debianVersion, kernel, table] = await Promise.all([
    readDmi(door),
    trimmed('/proc/device-tree/model'),
    door.readText('/proc/cpuinfo'),
    trimmed('/sys/devices/system/cpu/cpu0/cpufreq/base_frequency'),
    door.readText('/proc/meminfo'),
    readDisks(door),
    readNics(door),
    readOsRelease(door),
    trimmed('/etc/debian_version'),
    trimmed('/proc/sys/kernel/osrelease'),
    door.readBytes('/sys/firmware/dmi/tables/DMI', TABLE_BYTES),
  ]);
  const modules = table === undefined ? [] : parseSmbios(table).modules;
  // A firmware that tells its modules tells the rest too: then no program is needed.
  const child = modules.length > 0 ? undefined : await askChild(door);
  const memoryTotal = parseMemoryTotal(meminfo ?? '');
  return {
    dmi,
    ...(tree === undefined ? {} : { tree }),
    cpu: parseCpuInfo(cpuText ?? ''),
    ...(baseFrequency === undefined ? {} : { baseFrequency }),
    ...(memoryTotal === undefined ? {} : { memoryTotal }),
    disks,
    nics,
    os,
    ...(debianVersion === undefined ? {} : { debianVersion }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(modules.length === 0 ? {} : { modules }),
    ...(child === undefined ? {} : { child }),
  };
}
