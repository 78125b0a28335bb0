import './summary.css';
import { f, t } from '../../i18n/index.ts';
import { count, type Filters, type StateFilter } from '../../state/device-list.ts';
import { complete, devices, listStatus } from '../../state/devices.ts';

interface Figure {
  key: string;
  part: number;
  word: string;
  pressed: boolean;
  change: Partial<Filters>;
}

/** The counts over everything in the chosen unit; each is a button that shows just those. */
export function Summary({ filters, onChange }: { filters: Filters; onChange: (changed: Partial<Filters>) => void }) {
  const counts = count(devices.value.values(), filters.unit);
  const words = t().list;
  const ready = listStatus.value === 'ready';
  const toggle = (state: StateFilter): Partial<Filters> => ({ state: filters.state === state ? '' : state });
  const figures: Figure[] = [
    { key: 'online', part: counts.online, word: words.on, pressed: filters.state === 'online', change: toggle('online') },
    { key: 'in-use', part: counts.inUse, word: words.inUse, pressed: filters.state === 'in-use', change: toggle('in-use') },
    { key: 'silent', part: counts.silent, word: words.silent, pressed: filters.state === 'silent', change: toggle('silent') },
    { key: 'troubled', part: counts.troubled, word: words.troubled, pressed: filters.troubled, change: { troubled: !filters.troubled } },
  ];
  return (
    <section class="summary" aria-label={words.title} data-testid="summary">
      {figures.map(({ key, part, word, pressed, change }) => (
        <button
          key={key}
          type="button"
          class={`figure figure-${key}${part === 0 ? ' figure-zero' : ''}`}
          aria-pressed={pressed}
          data-testid={`figure-${key}`}
          onClick={() => onChange(change)}
        >
          <span class="figure-number">
            {ready ? f().number(part) : '–'}
            <span class="figure-whole" aria-hidden="true">
              /{ready ? f().number(counts.total) : '–'}
            </span>
            <span class="visually-hidden"> {words.of('', f().number(counts.total))} </span>
          </span>
          <span class="figure-word">{word}</span>
        </button>
      ))}
      {!complete.value && <p class="summary-note">{words.countsLoaded(f().number(devices.value.size))}</p>}
    </section>
  );
}
