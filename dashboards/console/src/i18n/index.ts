import { computed } from '@preact/signals';
import { language } from '../state/preferences.ts';
import type { Dictionary, Language } from './dictionary.ts';
import { en } from './en.ts';
import { formatOf } from './format.ts';
import { vi } from './vi.ts';

const dictionaries: Record<Language, Dictionary> = { vi, en };
const dictionary = computed(() => dictionaries[language.value]);
const formatter = computed(() => formatOf(language.value, dictionary.value));

/** Texts of the chosen language; a component that reads them is drawn again when the language changes. */
export const t = () => dictionary.value;
/** Numbers and dates of the chosen language. */
export const f = () => formatter.value;
/** The text of the API in the chosen language. */
export const pick = (text: { vi: string; en: string }) => text[language.value];
