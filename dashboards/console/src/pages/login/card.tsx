import type { ComponentChildren } from 'preact';
import { t } from '../../i18n/index.ts';
import { Mark } from '../../parts/icons.tsx';
import { LanguageSwitch, ThemeSwitch } from '../../parts/switches.tsx';

/** The one card of the pages that stand outside: who we are, the form, the switches. */
export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="gate">
      <header class="gate-head">
        <Mark size={36} />
        <div>
          <p class="gate-name">labwatch</p>
          <p class="gate-tagline">{t().app.tagline}</p>
        </div>
      </header>
      <main class="card" id="main">
        <h1>{title}</h1>
        {children}
      </main>
      <footer class="gate-foot" aria-label={t().app.settings}>
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
