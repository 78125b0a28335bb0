import type { AcceptedParts, DiskTrend, Instant, Inventory, KeptHardware, MemoryModule, MissingPart } from '../../ledger/index.ts';

/** A part that stays away this long was taken out by somebody who meant it: what is there then is accepted. */
const ACCEPTED_AFTER_MS = 30 * 86_400_000;
const MOST_TRENDS = 32;
/** Counters of a disk that only rise when something went wrong. */
const COUNTERS = ['reallocated', 'reported', 'timeouts', 'pending', 'offline', 'mediaErrors'] as const;

const NOTHING: KeptHardware = { accepted: {}, suspect: null, missing: [], trends: {} };

type Disk = NonNullable<AcceptedParts['disks']>[number];

const sizeOf = (modules: readonly MemoryModule[]): number => modules.reduce((sum, module) => sum + module.size, 0);
const diskKey = ({ serial }: Disk): string => (serial ?? '').replace(/[^A-Za-z0-9]/g, '').toUpperCase();

/** Modules of `before` that are not among `now`: by serial number where both have one, else by what can be seen from outside. */
function withoutModules(before: readonly MemoryModule[], now: readonly MemoryModule[]): MemoryModule[] {
  const left = [...now];
  const take = (same: (one: MemoryModule) => boolean): boolean => {
    const at = left.findIndex(same);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  };
  const bySerial = before.filter((module) => module.serial === undefined || !take((one) => one.serial === module.serial));
  return bySerial
    .filter((module) => !take((one) => one.size === module.size && one.slot === module.slot))
    .filter((module) => !take((one) => one.size === module.size));
}

/** Fewer modules, or less memory in them. What the system sees is not asked: graphics in the processor take some of it. */
const isLess = (before: readonly MemoryModule[], now: readonly MemoryModule[]): boolean =>
  now.length < before.length || sizeOf(now) < sizeOf(before);

/** Without the keys whose value is not known. */
function known<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function missingModules(before: AcceptedParts['modules'], now: AcceptedParts['modules'], since: Instant): MissingPart[] {
  if (before === null || now === null || !isLess(before, now)) return [];
  const replaced = now.length >= before.length;
  return withoutModules(before, now).map(({ size, maker, part, serial, slot }) =>
    known({ component: 'memory' as const, replaced, since, size, maker, part, serial, slot }),
  );
}

function missingDisks(before: AcceptedParts['disks'], now: AcceptedParts['disks'], since: Instant): MissingPart[] {
  if (before === null || now === null) return [];
  const here = new Set(now.map(diskKey));
  const gone = before.filter((disk) => !here.has(diskKey(disk)));
  const fresh = now.length - (before.length - gone.length);
  return gone.map(({ serial, model, size }, i) =>
    known({ component: 'disk' as const, replaced: i < fresh, since, size, part: model, serial }),
  );
}

/** What an inventory tells of the parts that can be told apart; null where it tells nothing (not root, no driver). */
function partsOf({ memory, disks }: Inventory): AcceptedParts {
  const told = disks.filter((disk) => disk.serial !== undefined && diskKey(disk) !== '');
  return {
    modules: memory.dimms === undefined || memory.dimms.length === 0 ? null : memory.dimms,
    disks: told.length === 0 ? null : told.map(({ serial, model, size }) => known({ serial, model, size })),
  };
}

/** Counters that are there at both looks are compared; one that is new, or that fell (another disk, a new firmware), begins anew. */
function trendOf(before: DiskTrend | undefined, health: NonNullable<Inventory['disks'][number]['health']>, at: Instant): DiskTrend {
  const values: Record<string, number> = {};
  for (const name of COUNTERS) {
    const value = health[name];
    if (value !== undefined) values[name] = value;
  }
  const rose = COUNTERS.find(
    (name) => before?.values[name] !== undefined && values[name] !== undefined && values[name] > before.values[name]!,
  );
  if (rose !== undefined) return { values, roseAt: at, rose };
  return {
    values,
    ...(before?.roseAt === undefined ? {} : { roseAt: before.roseAt }),
    ...(before?.rose === undefined ? {} : { rose: before.rose }),
  };
}

function trendsOf(before: KeptHardware['trends'], inventory: Inventory, at: Instant): KeptHardware['trends'] {
  const looked = inventory.disks.filter((disk) => disk.serial !== undefined && disk.health !== undefined);
  const next = { ...before, ...Object.fromEntries(looked.map(({ serial, health }) => [serial!, trendOf(before[serial!], health!, at)])) };
  return Object.fromEntries(Object.entries(next).slice(-MOST_TRENDS));
}

/**
 * Follows the parts of a machine from one inventory to the next. Less than was accepted is a suspicion at the first boot
 * (a contact that is loose today) and a finding when another boot shows it too; more, or the same again, is accepted.
 * @param at true time of the inventory
 */
export function followHardware(kept: KeptHardware | null, inventory: Inventory, at: Instant): KeptHardware {
  const before = kept ?? NOTHING;
  const system = /windows/i.test(inventory.os.name) ? 'windows' : 'other';
  const trends = trendsOf(before.trends, inventory, at);
  const now = partsOf(inventory);
  const accepted = before.accepted[system];
  const merged: AcceptedParts = { modules: now.modules ?? accepted?.modules ?? null, disks: now.disks ?? accepted?.disks ?? null };
  const accept = (): KeptHardware => ({ accepted: { ...before.accepted, [system]: merged }, suspect: null, missing: [], trends });
  if (accepted === undefined) return { ...before, accepted: { ...before.accepted, [system]: merged }, trends };
  const since = before.suspect?.since ?? at;
  const missing = [...missingModules(accepted.modules, now.modules, since), ...missingDisks(accepted.disks, now.disks, since)];
  if (missing.length === 0) {
    // What could not be looked at this time stays as it was.
    const blind = (now.modules === null && accepted.modules !== null) || (now.disks === null && accepted.disks !== null);
    return blind && (before.suspect !== null || before.missing.length > 0) ? { ...before, trends } : accept();
  }
  if (before.suspect === null) return { ...before, suspect: { boot: inventory.boot, since: at }, trends };
  if (at - before.suspect.since > ACCEPTED_AFTER_MS) return accept();
  return before.suspect.boot === inventory.boot && before.missing.length === 0 ? { ...before, trends } : { ...before, missing, trends };
}
