import './switches.css';
import { t } from '../i18n/index.ts';
import { LANGUAGES, type Language } from '../i18n/dictionary.ts';
import { language, setLanguage, setTheme, theme, THEMES, type Theme } from '../state/preferences.ts';
import { Icon } from './icons.tsx';

const NAMES: Record<Language, string> = { vi: 'Tiếng Việt', en: 'English' };

/** Two buttons, of which one is pressed: the words are in their own language. */
export function LanguageSwitch() {
  return (
    <div class="switch" role="group" aria-label={t().app.language}>
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          title={NAMES[one]}
          aria-pressed={language.value === one}
          data-testid={`language-${one}`}
          onClick={() => setLanguage(one)}
        >
          {one.toUpperCase()}
          <span class="visually-hidden"> {NAMES[one]}</span>
        </button>
      ))}
    </div>
  );
}

/** One button that goes round: light, dark, as the system. */
export function ThemeSwitch() {
  const at = THEMES.indexOf(theme.value);
  const following = THEMES[(at + 1) % THEMES.length] as Theme;
  const label = `${t().app.theme}: ${t().app.themes[theme.value]}`;
  return (
    <button type="button" class="tool" title={label} aria-label={label} data-testid="theme" onClick={() => setTheme(following)}>
      <Icon name={theme.value} />
    </button>
  );
}
