import { effect, signal } from '@preact/signals';
import { LANGUAGES, type Language } from '../i18n/dictionary.ts';

export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

function read<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  try {
    const kept = localStorage.getItem(`labwatch.${key}`);
    return allowed.find((one) => one === kept) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(key: string, value: string) {
  try {
    localStorage.setItem(`labwatch.${key}`, value);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

export const language = signal<Language>(read('language', LANGUAGES, 'vi'));
export const theme = signal<Theme>(read('theme', THEMES, 'system'));
/** What `theme` comes to now; charts draw again when it changes. */
export const shade = signal<'light' | 'dark'>('light');

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const settle = () => {
  const dark = theme.value === 'dark' || (theme.value === 'system' && systemDark.matches);
  shade.value = dark ? 'dark' : 'light';
  document.documentElement.dataset.theme = shade.value;
};
systemDark.addEventListener('change', settle);
effect(settle);
effect(() => {
  document.documentElement.lang = language.value;
});

export function setLanguage(value: Language) {
  language.value = value;
  keep('language', value);
}

export function setTheme(value: Theme) {
  theme.value = value;
  keep('theme', value);
}
