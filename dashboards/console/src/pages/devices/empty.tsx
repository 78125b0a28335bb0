import './empty.css';
import { t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';

/** On this very machine the address is of no use to another one: there the encrypted listener is named. */
const serverAddress = () =>
  /^(localhost|127\.|\[::1\])/.test(location.hostname) ? `https://<${t().list.emptyServer}>:8443` : location.origin;

/** Before the first device: what to do next. */
export function EmptyFleet() {
  const words = t().list;
  const commands = words.emptyCommands(serverAddress()).split('\n');
  return (
    <section class="empty" data-testid="empty">
      <Icon name="desktop" size={40} />
      <h2>{words.emptyTitle}</h2>
      <p>{words.emptyText}</p>
      <ol>
        {words.emptySteps.map((step, index) => (
          <li key={step}>
            {step}
            {commands[index] !== undefined && <code>{commands[index]}</code>}
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
