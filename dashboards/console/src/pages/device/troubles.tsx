import type { Trouble } from '../../api/types.ts';
import { f, pick, t } from '../../i18n/index.ts';
import { Icon } from '../../parts/icons.tsx';
import { worstFirst } from '../../state/troubles.ts';

/** What is wrong and what to do, the worst first. `known`: the device has spoken at all. */
export function Troubles({ troubles, known }: { troubles: readonly Trouble[]; known: boolean }) {
  const words = t().device;
  return (
    <section class="troubles" aria-labelledby="troubles-title" data-testid="troubles">
      <h2 id="troubles-title" class="visually-hidden">
        {words.troublesTitle}
      </h2>
      {troubles.length === 0 && !known ? null : troubles.length === 0 ? (
        <p class="trouble trouble-none">
          <Icon name="check" />
          {words.noTroubles}
        </p>
      ) : (
        <ul>
          {worstFirst(troubles).map((trouble) => (
            <li key={trouble.code} class={`trouble trouble-${trouble.severity}`} data-code={trouble.code}>
              <Icon name={trouble.severity === 'notice' ? 'info' : 'alert'} />
              <div>
                <p class="trouble-what">
                  <span class="trouble-severity">{t().severity[trouble.severity]}</span> {pick(trouble.what)}
                  {trouble.since !== null && <span class="trouble-since"> {words.since(f().dateTime(trouble.since))}</span>}
                </p>
                <p class="trouble-advice">{pick(trouble.advice)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
