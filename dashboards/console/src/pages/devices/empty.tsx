import './empty.css';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';

const COMMANDS = ['labwatch token create --unit <mã phòng> --days 7', 'labwatch agent run --server {origin} --token <mã ghi danh>'];

/** Before the first device: what to do next. */
export function EmptyFleet() {
  const words = t().list;
  return (
    <section class="empty" data-testid="empty">
      <Icon name="desktop" size={40} />
      <h2>{words.emptyTitle}</h2>
      <p>{words.emptyText}</p>
      <ol>
        {words.emptySteps.map((step, index) => (
          <li key={step}>
            {step}
            {COMMANDS[index] !== undefined && <code>{COMMANDS[index].replace('{origin}', location.origin)}</code>}
          </li>
        ))}
      </ol>
    </section>
  );
}

export function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <section class="empty" data-testid="nothing">
      <Icon name="search" size={32} />
      <h2>{t().list.nothingTitle}</h2>
      <p>{t().list.nothingText}</p>
      <button type="button" class="button" onClick={onClear}>
        {t().list.clear}
      </button>
    </section>
  );
}
