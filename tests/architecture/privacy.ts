import { CARRIES, type Carries } from '../../protocol/text.ts';

/** The parts of a JSON schema that say what a value may hold. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly 'x-carries'?: string;
}

/** A place where something personal could pass, and why. */
export interface Leak {
  readonly path: string;
  readonly why: string;
}

/** Words that no key of the contract may have: each names something personal. */
const PERSONAL = new Set(
  (
    'user username login account owner person people student pupil teacher email mail phone title window tab url uri href site page ' +
    'browser history search file filename path folder directory document host hostname computername domain workgroup process program ' +
    'application app exe command commandline args argv screenshot screen image photo picture camera video audio microphone clipboard ' +
    'keystroke keystrokes key keys typed input text message comment note content body ip ipv4 ipv6 ssid wifi location gps latitude longitude'
  ).split(' '),
);
/** A key may only be `name` where it holds the name of a product, a label or a code of a list. */
const NAMEABLE: readonly string[] = ['product', 'label'] satisfies Carries[];

/** What must not pass through any text a device sends. */
export const TELL_TALES = [
  'https://www.facebook.com/groups/123',
  'http://example.com',
  'ftp://example.com/file.txt',
  'file:///home/lan/de-thi.docx',
  '/home/lan/de-thi.docx',
  '/etc/passwd',
  '~/Documents/diem.xlsx',
  'Documents/diem.xlsx',
  'C:\\Users\\Lan\\Desktop\\bai-thi.docx',
  'C:/Users/Lan',
  '\\\\server\\share',
  'lan.nguyen@truong.edu.vn',
  'TRUONG\\nguyenvana',
  'DOMAIN\\user',
  'user@host',
  'two\nlines',
  'a\u0000b',
  'x'.repeat(500),
] as const;

const words = (key: string): string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[ _-]+/);

function keyLeaks(path: string, key: string, schema: Schema): Leak[] {
  const leaks = words(key)
    .filter((word) => PERSONAL.has(word))
    .map((word) => ({ path, why: `a key with the word "${word}"` }));
  const closed = schema.enum !== undefined || NAMEABLE.includes(schema['x-carries'] ?? '');
  if (words(key).includes('name') && !closed) leaks.push({ path, why: 'a name of something else than a product, a label or a code' });
  return leaks;
}

function stringLeaks(path: string, schema: Schema): Leak[] {
  const carries = schema['x-carries'];
  if (carries === undefined || !(carries in CARRIES)) return [{ path, why: 'a text that does not say what it carries' }];
  if (schema.pattern === undefined) return [{ path, why: 'a text without a pattern' }];
  if (schema.maxLength === undefined) return [{ path, why: 'a text without a bound' }];
  const pattern = new RegExp(schema.pattern, 'u');
  const passed = TELL_TALES.filter((text) => text.length <= schema.maxLength! && pattern.test(text));
  return passed.map((text) => ({ path, why: `a text that takes ${JSON.stringify(text)}` }));
}

/**
 * Walks a schema and names every place where a user name, a window title, an address, a file name or any other free text
 * could pass. A shape it does not know counts as such a place.
 */
export function leaksOf(schema: unknown, path = ''): Leak[] {
  const s = schema as Schema;
  if (s.enum !== undefined || s.const !== undefined) return [];
  if (s.properties !== undefined) {
    return Object.entries(s.properties).flatMap(([key, inner]) => {
      const at = `${path}/${key}`;
      return keyLeaks(at, key, inner).concat(leaksOf(inner, at));
    });
  }
  if (s.items !== undefined) return leaksOf(s.items, `${path}/*`);
  if (s.type === 'string') return stringLeaks(path, s);
  if (s.type === 'integer' || s.type === 'number' || s.type === 'boolean') return [];
  return [{ path, why: `a shape that can hold anything (${JSON.stringify(schema).slice(0, 60)})` }];
}
