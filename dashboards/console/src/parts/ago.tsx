import './ago.css';
import { f } from '../i18n/index.ts';
import { now } from '../state/clock.ts';

/** How long ago, with the exact time beside it on hover, on focus and for screen readers. */
export function Ago({ at, focusable = false }: { at: string; focusable?: boolean }) {
  const exact = f().dateTime(at);
  return (
    <time class="ago" dateTime={at} data-exact={exact} title={exact} tabIndex={focusable ? 0 : undefined}>
      {f().ago(now.value - Date.parse(at))}
      <span class="visually-hidden">, {exact}</span>
    </time>
  );
}
