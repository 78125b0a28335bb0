import { Type, type TEnum } from 'typebox';

/**
 * What a string in a payload may carry. Every string field names one of these, and a test walks all schemas to prove
 * that none is without: there is no place for a user name, a window title, an address of a page or a file name.
 */
export const CARRIES = {
  /** Made by a program for a program: random, hashed, or counted. */
  identifier: 'an identifier made by labwatch or the hardware maker',
  /** As the maker wrote it into the hardware: model, maker, serial number. */
  hardware: 'a hardware description from its maker',
  /** The public name or version of a product: an antivirus, an operating system. */
  product: 'the public name or version of a product',
  /** One bit per minute. */
  minutes: 'minutes as 0 and 1',
  /** IANA time zone. */
  zone: 'an IANA time zone',
  /** A calendar date. */
  date: 'a calendar date',
  /** Times of a day, as an administrator set them: "07:00-11:30". */
  hours: 'hours of the day',
  /** Where a device stands, as the person who installed it wrote it: "Máy 07". */
  label: 'the label of a seat, as given at installation',
  /** Random, made by labwatch, told to one device only. */
  secret: 'a random secret made by labwatch',
  /** Inside the local network (RFC 1918) only; means nothing anywhere else. */
  lan: 'an address inside the local network, told to neighbours only',
  /** Only in what a server answers, never in what a device says. */
  server: 'the address or certificate of a server of labwatch',
} as const;
export type Carries = keyof typeof CARRIES;

/** A bounded string that says what it carries (`x-carries` in the schema). The pattern bounds the length too. */
export function carrying(carries: Carries, pattern: string, maxLength: number, description: string) {
  return Type.String({ pattern, maxLength, description, 'x-carries': carries });
}

/** Random id, 26 characters of [a-z0-9]. */
export const Id = carrying('identifier', '^[a-z0-9]{26}$', 26, 'Random id.');
/** 16 hexadecimal digits: a hash of the kernel's boot id, different at every boot and telling nothing else. */
export const BootId = carrying('identifier', '^[0-9a-f]{16}$', 16, 'Hash of the boot id; changes at every boot.');
/** Hardware text: printable, no path separators, no `@`, no `://`: it cannot hold a path, a mail address or a URL. */
export const Hardware = (description: string) => carrying('hardware', '^[^\\p{C}/\\\\@]{1,80}$', 80, description);
/** Serial numbers and hardware ids: letters, digits and the few marks makers use. */
export const Serial = (description: string) => carrying('identifier', '^[A-Za-z0-9 ._:+{}()-]{1,64}$', 64, description);
/** Product name or version. */
export const Product = (description: string) => carrying('product', '^[^\\p{C}/\\\\@]{1,80}$', 80, description);
/** Label of a seat. Never a host name: those are often the name of a person. */
export const Label = (description: string) => carrying('label', '^[^\\p{C}/\\\\@]{1,80}$', 80, description);
/** MAC address, lower case, colons. */
export const Mac = carrying('identifier', '^([0-9a-f]{2}:){5}[0-9a-f]{2}$', 17, 'MAC address.');
/** One character per minute, first character = first minute. */
export const Bits = (description: string) => carrying('minutes', '^[01]{1,1440}$', 1440, description);
/** e.g. Asia/Ho_Chi_Minh, UTC, EST5EDT. The areas are listed, so that no relative path passes for a zone. */
export const Zone = carrying(
  'zone',
  '^((Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)(/[A-Za-z0-9_+-]{1,32}){1,2}|[A-Z]{3}([0-9][A-Z]{3})?)$',
  64,
  'IANA time zone.',
);
/** yyyy-mm-dd. */
export const PlainDate = (description: string) => carrying('date', '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', 10, description);

/** A closed list of codes. */
export function OneOf<const T extends readonly string[]>(values: T, description: string): TEnum<[...T]> {
  return Type.Enum([...values] as [...T], { description }) as TEnum<[...T]>;
}

/** Epoch milliseconds of some clock; the bounds only keep it an exact integer. */
export const EpochMs = (description: string) => Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description });
