import type { DeviceDay } from '../../api/types.ts';

/**
 * What may be said of the time a machine was used that day: `unknown` when it was on and nobody could see whether it was
 * used, a lower bound when a part could not be seen, else the time itself. Zero is only said when it was seen.
 */
export type DayUse = { readonly kind: 'unknown' } | { readonly kind: 'atLeast' | 'exact'; readonly minutes: number };

export function useOf({ inUse, blind }: Pick<DeviceDay['minutes'], 'inUse' | 'blind'>): DayUse {
  if (blind === 0) return { kind: 'exact', minutes: inUse };
  return inUse === 0 ? { kind: 'unknown' } : { kind: 'atLeast', minutes: inUse };
}
