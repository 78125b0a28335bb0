import type { InventoryPart } from '../probe.ts';

type Licence = NonNullable<InventoryPart['os']>['licence'];

/** LicenseStatus of SoftwareLicensingProduct: 0 unlicensed, 1 licensed, 2-4 and 6 periods of grace, 5 notification (the grace is over). */
const STATES: Readonly<Record<number, Licence>> = {
  0: 'unlicensed',
  1: 'licensed',
  2: 'grace',
  3: 'grace',
  4: 'grace',
  5: 'unlicensed',
  6: 'grace',
};

/**
 * The best state of the licences of Windows that have a key. `licensed` says that Windows is content, not that a licence was
 * bought; `unlicensed` is for a person to look into, not an accusation.
 * @param statuses undefined when the question was not answered; empty = no licence has a key
 */
export function licenceState(statuses: readonly number[] | undefined): Licence {
  const found = new Set((statuses ?? []).map((status) => STATES[status] ?? 'unknown'));
  return (['licensed', 'grace', 'unlicensed'] as const).find((state) => found.has(state)) ?? 'unknown';
}
