import type { vi } from './vi.ts';

/** Literal texts become `string`, functions keep their parameters: a language with a missing or extra key does not compile. */
type Widen<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widen<T[K]> };

export type Dictionary = Widen<typeof vi>;
export const LANGUAGES = ['vi', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Locales of Intl: British English writes the day before the month and 24 hours, as the schools do. */
export const LOCALES: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' };
