import type { DeviceDay } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { useOf } from './day-use.ts';

/** The time of use of a day in words: `2 giờ 5 phút`, `ít nhất 12 phút` or `không rõ`. */
export function useText(day: DeviceDay): string {
  const use = useOf(day.minutes);
  if (use.kind === 'unknown') return t().app.unknown;
  return use.kind === 'atLeast' ? t().day.atLeast(f().minutes(use.minutes)) : f().minutes(use.minutes);
}
