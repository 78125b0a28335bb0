import type { Instant, Security } from '../../ledger/index.ts';

export type AntivirusVerdict = 'protected' | 'stale' | 'on-demand' | 'off' | 'expired' | 'none' | 'unknown';

export interface AntivirusView {
  readonly verdict: AntivirusVerdict;
  /** The product the verdict is about; null when there is none or nothing is known. */
  readonly product: string | null;
  /** Whole days. */
  readonly definitionsAgeDays: number | null;
  /** When the definitions of that product were made. */
  readonly definitionsAt: Instant | null;
  /** What that product says of its definitions where it gives no date. */
  readonly freshness: 'current' | 'old' | 'none' | null;
}

const DAY_MS = 86_400_000;
/** Definitions older than this no longer know what goes round. */
export const STALE_DAYS = 7;

type Product = NonNullable<Security['antivirus']>[number];

/** Best first. Unknown stands right after protected: a product that may well protect is never called less. */
const ORDER: readonly AntivirusVerdict[] = ['protected', 'unknown', 'stale', 'on-demand', 'off', 'expired', 'none'];

/** A date a day and more ahead was not made by a maker of definitions: its age is unknown. */
function ageDays(product: Product, asOf: Instant): number | null {
  if (product.definitions === undefined) return null;
  const days = (asOf - product.definitions.at) / DAY_MS;
  return days < -1 || product.definitions.at === 0 ? null : Math.max(0, days);
}

function verdictOf(product: Product, age: number | null): AntivirusVerdict {
  if (product.state === 'unknown') return 'unknown';
  if (product.state === 'expired') return 'expired';
  if (product.state !== 'on') return 'off';
  if (product.realtime === 'off') return 'on-demand';
  if (product.realtime === 'unknown') return 'unknown';
  // Without a date the product's own word stands; without that nothing is known, least of all that they are old.
  if (age === null) return product.freshness === undefined ? 'unknown' : product.freshness === 'current' ? 'protected' : 'stale';
  return age > STALE_DAYS ? 'stale' : 'protected';
}

const NOBODY: Omit<AntivirusView, 'verdict'> = { product: null, definitionsAgeDays: null, definitionsAt: null, freshness: null };

/**
 * The best product decides: on, watching and fresh > stale > only on demand > off or snoozed > expired > none.
 * @param asOf the age of definitions is counted to this time: the last time the device was heard, because a machine
 *   that is off cannot fetch new ones and does no harm without
 */
export function antivirusOf(security: Security | null, asOf: Instant): AntivirusView {
  if (security?.antivirus === undefined) return { verdict: 'unknown', ...NOBODY };
  const views = security.antivirus.map((product): AntivirusView => {
    const age = ageDays(product, asOf);
    const definitionsAt = age === null ? null : (product.definitions?.at ?? null);
    return {
      verdict: verdictOf(product, age),
      product: product.name,
      definitionsAgeDays: age === null ? null : Math.floor(age),
      definitionsAt,
      freshness: product.freshness ?? null,
    };
  });
  const best = views.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))[0];
  return best ?? { verdict: 'none', ...NOBODY };
}
