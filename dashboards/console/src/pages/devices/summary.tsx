import './summary.css';
import { f, t } from '../../i18n/index.ts';
import { count, type Filters, type StateFilter } from '../../state/device-list.ts';
import { complete, devices, listStatus } from '../../state/devices.ts';

interface Figure {
  key: string;
  part: number;
  /** Of how many it cannot be said: the part is of those that can be seen. */
  unknown: number;
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
    {
      key: 'online',
      part: counts.online,
      unknown: counts.onUnknown,
      word: words.on,
      pressed: filters.state === 'online',
      change: toggle('online'),
    },
    {
      key: 'in-use',
      part: counts.inUse,
      unknown: counts.useUnknown,
      word: words.inUse,
      pressed: filters.state === 'in-use',
      change: toggle('in-use'),
    },
    { key: 'silent', part: counts.silent, unknown: 0, word: words.silent, pressed: filters.state === 'silent', change: toggle('silent') },
    {
      key: 'troubled',
      part: counts.troubled,
      unknown: counts.neverHeard,
      word: words.troubled,
      pressed: filters.troubled,
      change: { troubled: !filters.troubled },
    },
  ];
  return (
    <section class="summary" aria-label={words.title} data-testid="summary">
      {figures.map(({ key, part, unknown, word, pressed, change }) => (
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
          <span class="figure-word">
            {word}
            {unknown > 0 && <em class="figure-unknown"> · {words.unknownOf(f().number(unknown))}</em>}
          </span>
        </button>
      ))}
      {!complete.value && <p class="summary-note">{words.countsLoaded(f().number(devices.value.size))}</p>}
    </section>
  );
}
