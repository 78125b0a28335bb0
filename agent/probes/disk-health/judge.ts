import { defined } from '../../platform/clean.ts';
import type { InventoryPart } from '../probe.ts';
import type { Reading } from './parse.ts';

export type Health = NonNullable<NonNullable<InventoryPart['disks']>[number]['health']>;

/** Bits of the critical warning, NVM Express base specification, SMART / health log. */
const WARNINGS = ['spare', 'temperature', 'reliability', 'read_only', 'backup'] as const;
/** reliability, read only: the disk loses data or takes none any more. */
const LOST = 0b0_1100;
const WORN = 90;

/**
 * The five attributes of which Backblaze found that a value above 0 comes before most failures (76.7 % of them; 4.2 % of
 * healthy disks have one too). Seagate packs three counters of 16 bits into 188: the low one is the number of time-outs.
 */
function sectorsOf(attributes: Reading['attributes']): Pick<Health, 'reallocated' | 'reported' | 'timeouts' | 'pending' | 'offline'> {
  const low = (id: number, bits: number): number | undefined => {
    const raw = attributes.get(id);
    return raw === undefined ? undefined : raw % 2 ** bits;
  };
  return defined({ reallocated: low(5, 32), reported: low(187, 32), timeouts: low(188, 16), pending: low(197, 32), offline: low(198, 32) });
}

/**
 * What one look says: failing = the disk says so itself; at_risk = its spare blocks or its planned life run out; ok = it
 * says that it is well; unknown = it says nothing. Whether a counter rises is seen by who keeps the looks before.
 */
export function judgeHealth(reading: Reading): Health {
  const { passed, belowLimit, wear, spare, spareLimit, mediaErrors, hours, warnings } = reading;
  const failing = passed === false || belowLimit === true || ((warnings ?? 0) & LOST) !== 0;
  const spent = (spare !== undefined && spareLimit !== undefined && spare < spareLimit) || ((warnings ?? 0) & 1) !== 0;
  const risky = spent || (wear ?? 0) >= WORN;
  const told = passed !== undefined || warnings !== undefined;
  return defined({
    state: failing ? ('failing' as const) : risky ? ('at_risk' as const) : told ? ('ok' as const) : ('unknown' as const),
    ...sectorsOf(reading.attributes),
    wear,
    spare,
    mediaErrors,
    hours,
    warnings: warnings === undefined ? undefined : WARNINGS.filter((_, bit) => (warnings & (1 << bit)) !== 0),
  });
}

/** Two looks at one disk: what the first does not know is taken from the second, and the worse verdict counts. */
export function joinReadings(one: Reading | undefined, other: Reading | undefined): Reading | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const passed = one.passed === false || other.passed === false ? false : (one.passed ?? other.passed);
  return {
    ...other,
    ...one,
    ...(passed === undefined ? {} : { passed }),
    attributes: new Map([...other.attributes, ...one.attributes]),
  };
}
