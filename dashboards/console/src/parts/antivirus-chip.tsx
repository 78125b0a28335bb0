import './chip.css';
import type { DeviceSummary, Verdict } from '../api/types.ts';
import { f, t } from '../i18n/index.ts';

const TONE: Record<Verdict, 'good' | 'notice' | 'warning' | 'urgent' | 'quiet'> = {
  protected: 'good',
  stale: 'warning',
  'on-demand': 'notice',
  off: 'urgent',
  expired: 'urgent',
  none: 'urgent',
  unknown: 'quiet',
};

export function AntivirusChip({ antivirus }: { antivirus: DeviceSummary['antivirus'] }) {
  const { verdict, product, definitionsAgeDays: age } = antivirus;
  const more = [product, age === null ? null : ageText(age)].filter((part) => part !== null).join(' · ');
  return (
    <span class={`chip chip-${TONE[verdict]}`} title={more === '' ? undefined : more}>
      {t().antivirus[verdict]}
    </span>
  );
}

/** Age of antivirus definitions in words. */
export const ageText = (days: number) => (days < 1 ? t().security.ageToday : t().security.age(f().number(Math.floor(days))));
