import { readWindowsDisks, readWindowsNics } from '../../platform/windows/hardware.ts';
import { askDaily } from '../../platform/windows/daily.ts';
import { numberOf, textOf } from '../../platform/windows/values.ts';
import { buildText, readWindowsVersion } from '../../platform/windows/version.ts';
import { windowsEndOfSupport } from '../../platform/windows/end-of-support.ts';
import { parseSmbios, type Smbios } from '../../platform/smbios.ts';
import { defined, toProduct } from '../../platform/clean.ts';
import type { InventoryPart, ProbeContext, WindowsDoor } from '../probe.ts';
import type { RawHardware } from './linux.ts';
import { licenceState } from './licence.ts';

const PROCESSORS = 'HKLM\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor';
/** MEMORYSTATUSEX: ullTotalPhys stands at 8. */
const TOTAL_AT = 8;

/** Names that only hosts give; some do not set the bit that says so. */
const HOSTS = /\b(?:vmware|virtualbox|innotek|qemu|kvm|xen|parallels|bochs|virtual machine)\b/i;

function isVirtual(firmware: Smbios | undefined): boolean | undefined {
  if (firmware === undefined) return undefined;
  return HOSTS.test(`${firmware.maker ?? ''} ${firmware.product ?? ''}`) || firmware.virtual;
}

async function readCpu(windows: WindowsDoor, firmware: Smbios | undefined): Promise<RawHardware['cpu']> {
  const [processors, first] = await Promise.all([windows.keys(PROCESSORS), windows.values(`${PROCESSORS}\\0`)]);
  const threads = processors?.length ?? 0;
  return defined({
    model: textOf(first, 'ProcessorNameString'),
    cores: firmware?.cores,
    threads: threads === 0 ? undefined : threads,
    mhz: numberOf(first, '~MHz'),
    virtual: isVirtual(firmware),
  });
}

function memoryTotal(status: Uint8Array | undefined): number | undefined {
  if (status === undefined || status.length < TOTAL_AT + 8) return undefined;
  const total = Number(new DataView(status.buffer, status.byteOffset, status.byteLength).getBigUint64(TOTAL_AT, true));
  return Number.isSafeInteger(total) && total > 0 ? total : undefined;
}

/** Firmware, registry and drivers; nothing is started, so it is the same where PowerShell is forbidden. */
export async function readWindowsHardware({ door }: ProbeContext, windows: WindowsDoor): Promise<RawHardware> {
  const [table, disks, nics, status] = await Promise.all([
    windows.firmware(),
    readWindowsDisks(door),
    readWindowsNics(door),
    windows.memory(),
  ]);
  const firmware = table === undefined ? undefined : parseSmbios(table);
  const dmi = defined({
    sys_vendor: firmware?.maker,
    product_name: firmware?.product,
    product_version: firmware?.version,
    product_serial: firmware?.serial,
    product_uuid: firmware?.uuid,
    board_serial: firmware?.boardSerial,
    board_vendor: firmware?.boardMaker,
    board_name: firmware?.boardProduct,
  });
  return defined({
    dmi,
    cpu: await readCpu(windows, firmware),
    memoryTotal: memoryTotal(status),
    disks,
    nics,
    modules: firmware?.modules,
  });
}

/** The system; only the state of the licence needs the daily look. */
export async function readWindowsSystem({ door, memo, clock }: ProbeContext): Promise<NonNullable<InventoryPart['os']>> {
  const [version, daily] = await Promise.all([readWindowsVersion(door), askDaily(door, memo, clock)]);
  return defined({
    name: toProduct(version.name) ?? 'Windows',
    version: toProduct(version.release ?? version.kernel.join('.')),
    build: toProduct(buildText(version)),
    licence: licenceState(daily?.licences),
    endOfSupport: windowsEndOfSupport(version),
  });
}
