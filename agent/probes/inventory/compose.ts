import { defined, toCount, toHardwareText, toMac, toProduct, toSerial } from '../../platform/clean.ts';
import { endOfSupport } from '../../platform/end-of-support.ts';
import { isJunkMac, isJunkUuid } from '../../platform/junk.ts';
import type { InventoryPart } from '../probe.ts';
import type { RawHardware, RawInventory } from './linux.ts';

/**
 * What was read, cleaned and put in the shape of the inventory message. What /sys and /proc say comes before what the
 * child says. Pure; never fails for one odd text.
 */
export function composeInventory(raw: RawHardware, os: NonNullable<InventoryPart['os']>): InventoryPart {
  const cpu = composeCpu(raw);
  const dimms = composeDimms(raw);
  return {
    system: composeSystem(raw),
    ...(cpu === undefined ? {} : { cpu }),
    memory: defined({ total: toCount(raw.memoryTotal, 0, 1e18), dimms }),
    disks: composeDisks(raw),
    nics: composeNics(raw),
    os,
  };
}

/** Lenovo writes a type number into the name and the name into the version. */
function modelOf({ dmi }: RawHardware): string | undefined {
  const name = toHardwareText(dmi.product_name);
  const version = toHardwareText(dmi.product_version);
  if (/^lenovo$/i.test(dmi.sys_vendor ?? '') && version !== undefined) return toHardwareText(`${version} ${name ?? ''}`);
  return name ?? toHardwareText(dmi.board_name);
}

function composeSystem(raw: RawHardware): NonNullable<InventoryPart['system']> {
  const { dmi, child, cpu } = raw;
  const uuid = dmi.product_uuid?.toLowerCase();
  return defined({
    maker: toHardwareText(dmi.sys_vendor) ?? toHardwareText(dmi.board_vendor) ?? toHardwareText(child?.maker),
    model: modelOf(raw) ?? toHardwareText(raw.tree) ?? toHardwareText(cpu.machine) ?? toHardwareText(child?.model),
    serial: toSerial(dmi.product_serial) ?? toSerial(child?.serial),
    uuid: uuid === undefined || isJunkUuid(uuid) ? undefined : toSerial(uuid),
    board: toSerial(dmi.board_serial) ?? toSerial(child?.board),
    virtual: cpu.virtual ?? child?.virtual,
  });
}

function composeCpu(raw: RawHardware): InventoryPart['cpu'] {
  // Intel ends the name with the nominal clock, which has a field of its own.
  const model = toHardwareText(raw.cpu.model?.replace(/(?: CPU)? *@.*$/, '')) ?? toHardwareText(raw.child?.cpuModel);
  if (model === undefined) return undefined;
  const base = toCount(raw.baseFrequency, 1, 1e9);
  return defined({
    model,
    cores: toCount(raw.cpu.cores, 1, 4096),
    threads: toCount(raw.cpu.threads, 1, 4096),
    mhz: toCount(raw.cpu.mhz ?? (base === undefined ? raw.child?.mhz : base / 1000), 1, 100_000),
  });
}

function composeDimms(raw: RawHardware): NonNullable<InventoryPart['memory']>['dimms'] {
  const told = raw.modules?.map(({ speed, ...module }) => defined({ ...module, mhz: speed }));
  const dimms = (told ?? raw.child?.dimms ?? []).slice(0, 32).map((dimm) =>
    defined({
      size: dimm.size,
      type: toHardwareText(dimm.type),
      mhz: toCount(dimm.mhz, 1, 100_000),
      maker: toHardwareText(dimm.maker),
      part: toHardwareText(dimm.part),
      serial: toSerial(dimm.serial),
      slot: toHardwareText(dimm.slot),
    }),
  );
  return dimms.length === 0 ? undefined : dimms;
}

/** USB sticks and memory cards come and go with people: they are no part of the machine. */
function composeDisks(raw: RawHardware): NonNullable<InventoryPart['disks']> {
  return raw.disks
    .filter((disk) => !disk.removable)
    .slice(0, 32)
    .map((disk) =>
      defined({
        kind: disk.kind,
        size: toCount(disk.size, 0, 1e18),
        maker: toHardwareText(disk.maker),
        model: toHardwareText(disk.model),
        serial: toSerial(disk.serial),
      }),
    );
}

/** Cards of hardware. In a container there are none, and its own interfaces change at every start. */
function composeNics(raw: RawHardware): NonNullable<InventoryPart['nics']> {
  return raw.nics
    .flatMap((nic) => {
      const mac = toMac(nic.permanentMac ?? nic.mac);
      if (!nic.physical || nic.loopback || mac === undefined || isJunkMac(mac)) return [];
      return [defined({ mac, kind: nic.kind, physical: true, speed: nic.up ? nic.speed : undefined })];
    })
    .slice(0, 32);
}

/** Distributions sold with a subscription: whether one is held is not known. */
const SUBSCRIPTION = new Set(['rhel', 'sles', 'sled', 'ol']);

/** A Linux system. */
export function composeOs(raw: RawInventory): NonNullable<InventoryPart['os']> {
  const { id, name, versionId } = raw.os;
  const exact = id === 'debian' && /^\d+\.\d+$/.test(raw.debianVersion ?? '') ? raw.debianVersion : versionId;
  return defined({
    name: toProduct(name) ?? 'Linux',
    version: toProduct(exact),
    build: toProduct(raw.kernel),
    licence: id === undefined || SUBSCRIPTION.has(id) ? ('unknown' as const) : ('free' as const),
    endOfSupport: endOfSupport(raw.os),
  });
}
