import { isJunkSerial, isJunkText } from './junk.ts';

/**
 * Squeezes what firmware, systems and products write into the patterns of `protocol/text.ts`. One odd character must not
 * cost a whole inventory, so a text is mended, or left out, never refused. Pure.
 */

const MAX_TEXT = 80;
const MAX_SERIAL = 64;

/** Cuts without splitting a surrogate pair; the schema counts code points for the pattern and the length. */
const cut = (text: string, length: number): string => Array.from(text).slice(0, length).join('').trim();

/** Removes control, format, private and unassigned characters, slashes and `@`; squeezes spaces. Trade marks go too. */
function squeeze(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{C}]+/gu, ' ')
    .replace(/[®™©]|\((?:R|TM|C)\)/giu, '')
    .replace(/[/\\@]+/g, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** A maker or model. @returns undefined when nothing is left or it is junk ("To be filled by O.E.M.") */
export function toHardwareText(text: string | undefined | null): string | undefined {
  if (typeof text !== 'string' || isJunkText(text)) return undefined;
  const clean = cut(squeeze(text), MAX_TEXT);
  return clean === '' || isJunkText(clean) ? undefined : clean;
}

/** Name or version of a product. */
export function toProduct(text: string | undefined | null): string | undefined {
  if (typeof text !== 'string') return undefined;
  const clean = cut(squeeze(text), MAX_TEXT);
  return clean === '' ? undefined : clean;
}

/** A serial number or hardware id. @returns undefined when nothing is left or it is junk */
export function toSerial(text: string | undefined | null): string | undefined {
  if (typeof text !== 'string' || isJunkText(text)) return undefined;
  const clean = text
    .normalize('NFKC')
    .replace(/[^A-Za-z0-9 ._:+{}()-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_SERIAL)
    .trim();
  return clean === '' || isJunkSerial(clean) ? undefined : clean;
}

/** A MAC address in lower case with colons, from colons, dashes, dots or nothing between. */
export function toMac(text: string | undefined | null): string | undefined {
  if (typeof text !== 'string') return undefined;
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return digits.length === 12 ? digits.replace(/(..)(?=.)/g, '$1:') : undefined;
}

/** A whole number in bounds, or undefined: a count that makes no sense is not known. */
export function toCount(value: unknown, minimum: number, maximum: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  const whole = Math.round(number);
  return whole >= minimum && whole <= maximum ? whole : undefined;
}

/** An object without the keys whose value is undefined: what may be undefined becomes optional. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops the keys whose value is undefined, as `exactOptionalPropertyTypes` and the schemas want it. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
