import './away-banner.css';
import { f, t } from '../i18n/index.ts';
import { connection } from '../state/live.ts';
import { Icon } from './icons.tsx';

/** Lies over the foot of the page, so that nothing moves when it comes and goes. A single failed attempt is not worth it. */
export function AwayBanner() {
  const { phase, awaySince, failures } = connection.value;
  const shown = phase === 'away' && awaySince !== null && failures > 1;
  return (
    <div class="away-place" role="status" aria-live="polite">
      {shown && (
        <p class="away" data-testid="away-banner">
          <Icon name="info" />
          <span>{t().live.banner(f().axis(awaySince, Intl.DateTimeFormat().resolvedOptions().timeZone, 'time'))}</span>
        </p>
      )}
    </div>
  );
}
