import './meter.css';
import type { Severity, Trouble } from '../api/types.ts';
import { f, t } from '../i18n/index.ts';

/** The console judges nothing itself: a figure is coloured when the server names a trouble about it. */
export function toneOf(troubles: readonly Trouble[], about: string): Severity | undefined {
  return troubles.find((trouble) => trouble.code.startsWith(about))?.severity;
}

/** A figure in percent with a small bar. Unknown is a dash and a word for screen readers, never an empty bar. */
export function Meter({ value, tone }: { value: number | null; tone?: Severity | undefined }) {
  if (value === null) return <Unknown />;
  return (
    <span class={`meter${tone === undefined ? '' : ` tone-${tone}`}`}>
      <span class="meter-number">{f().percent(value)}</span>
      <span class="meter-track" aria-hidden="true">
        <span class="meter-bar" style={{ transform: `scaleX(${Math.max(0, Math.min(1, value / 100))})` }} />
      </span>
    </span>
  );
}

/** What nobody knows. `words`: there is room to say it. */
export function Unknown({ words = false }: { words?: boolean }) {
  if (words) return <span class="unknown">{t().app.unknown}</span>;
  return (
    <span class="unknown" title={t().app.unknown}>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{t().app.unknown}</span>
    </span>
  );
}
