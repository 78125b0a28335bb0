import { readFileSync } from 'node:fs';
import { parse as parseToml } from 'smol-toml';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { runtimeFail } from './errors.ts';

/**
 * One setting: a schema gives validation, default, flag, environment name, help and the table in docs/configuration.md.
 * The flag is the key in kebab-case (`httpPort` -> `--http-port`), the environment name is `LABWATCH_` and the key in
 * capitals (`LABWATCH_HTTP_PORT`), the key in the file is the flag's name in the section of the program.
 */
export interface Setting<S extends TSchema = TSchema> {
  readonly schema: S;
  readonly default?: Static<S>;
  readonly help: { readonly en: string; readonly vi: string };
  /** A person can read it as: "a port from 0 to 65535". Used in the error for a bad value. */
  readonly allowed: string;
  /** Never printed, never logged; only from the environment or the file. */
  readonly secret?: boolean;
  /** May stay undefined. Without this and without a default the setting must be given. */
  readonly optional?: boolean;
}

export type Settings = Readonly<Record<string, Setting>>;

/** The values of a definition: optional settings without a default may be undefined. */
export type Values<D extends Settings> = {
  readonly [K in keyof D]: D[K] extends { optional: true } ? Static<D[K]['schema']> | undefined : Static<D[K]['schema']>;
};

/** Keeps the literal types of a definition. */
export function defineSettings<const D extends Settings>(definition: D): D {
  return definition;
}

export const flagOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const envOf = (key: string): string => `LABWATCH_${flagOf(key).replaceAll('-', '_').toUpperCase()}`;

/** Sections a configuration file may have; `labwatch` is for what all programs share. */
export const FILE_SECTIONS = ['labwatch', 'agent', 'broker', 'collector', 'console'] as const;
const PROGRAM_SECTIONS: readonly FileSection[] = ['agent', 'broker', 'collector'];
export type FileSection = (typeof FILE_SECTIONS)[number];

export interface SettingsInput {
  /** Words after the subcommand. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The sections of the file this program reads; a later one wins. */
  readonly sections: readonly FileSection[];
  /** Words that are not flags are allowed (a command with arguments). */
  readonly words?: boolean;
}

interface Given {
  readonly text: unknown;
  readonly source: string;
}

/** Levenshtein's distance: how many letters must be typed, taken away or changed to make one word of the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

function unknownKey(key: string, source: string, names: readonly string[]): Error {
  const near = names.toSorted((a, b) => distance(key, a) - distance(key, b))[0] ?? '';
  return runtimeFail('CONFIG_UNKNOWN_KEY', { key, source, near, allowed: names.join(', ') });
}

const isSwitch = (setting: Setting): boolean => (setting.schema as { type?: string }).type === 'boolean';

function readFlags(definition: Settings, argv: readonly string[], words: boolean): { given: Map<string, Given>; rest: string[] } {
  const byFlag = new Map(Object.keys(definition).map((key) => [flagOf(key), key]));
  const given = new Map<string, Given>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (!word.startsWith('--')) {
      if (!words) throw runtimeFail('CONFIG_EXTRA_WORD', { word });
      rest.push(word);
      continue;
    }
    const [name = '', inline] = word.slice(2).split(/=(.*)/s, 2);
    const opposite = name.startsWith('no-') && inline === undefined ? byFlag.get(name.slice(3)) : undefined;
    const negated = opposite !== undefined && isSwitch(definition[opposite]!);
    const key = negated ? opposite : byFlag.get(name);
    if (key === undefined) throw unknownKey(`--${name}`, 'command line', visibleFlags(definition));
    if (definition[key]!.secret === true) throw runtimeFail('CONFIG_SECRET_FLAG', { flag: name, env: envOf(key) });
    if (isSwitch(definition[key]!)) given.set(key, { text: inline ?? String(!negated), source: `--${name}` });
    // The next flag is not the value of this one.
    else if (inline === undefined && argv[i + 1]?.startsWith('--') === true) given.set(key, { text: '', source: `--${name}` });
    else given.set(key, { text: inline ?? argv[++i] ?? '', source: `--${name}` });
  }
  return { given, rest };
}

const visibleFlags = (definition: Settings): string[] =>
  Object.keys(definition)
    .filter((key) => definition[key]!.secret !== true)
    .map((key) => `--${flagOf(key)}`);

function readFile(definition: Settings, path: string, sections: readonly FileSection[]): Map<string, Given> {
  let document: Record<string, unknown>;
  try {
    document = parseToml(readFileSync(path, 'utf8'));
  } catch (error) {
    throw runtimeFail('CONFIG_FILE', { file: path, why: (error as Error).message.split('\n')[0]! }, error);
  }
  const given = new Map<string, Given>();
  for (const name of Object.keys(document)) {
    if (!(FILE_SECTIONS as readonly string[]).includes(name))
      throw unknownKey(
        `[${name}]`,
        path,
        FILE_SECTIONS.map((s) => `[${s}]`),
      );
  }
  const byName = new Map(Object.keys(definition).map((key) => [flagOf(key), key]));
  // Who reads the sections of all programs knows every key; one program alone cannot tell a typing error in the shared
  // section from a key of another program.
  const knowsAll = PROGRAM_SECTIONS.every((section) => sections.includes(section));
  for (const section of sections) {
    const table = document[section];
    if (table === undefined) continue;
    if (typeof table !== 'object' || table === null)
      throw unknownKey(
        section,
        path,
        FILE_SECTIONS.map((s) => `[${s}]`),
      );
    for (const [name, text] of Object.entries(table)) {
      const key = byName.get(name);
      if (key !== undefined) given.set(key, { text, source: `${path} [${section}]` });
      else if (section !== 'labwatch' || knowsAll) throw unknownKey(name, `${path} [${section}]`, [...byName.keys()]);
    }
  }
  return given;
}

/** Text to the type of the schema, strictly: typebox's own conversion makes port 1 of "true" and port 8080 of "8080.5". */
function fromText(schema: TSchema, text: string): unknown {
  const { type, anyOf, items, enum: values } = schema as TSchema & { type?: string; anyOf?: TSchema[]; items?: TSchema; enum?: unknown[] };
  if (values !== undefined) return values.find((value) => String(value) === text) ?? text;
  if (anyOf !== undefined) return anyOf.map((one) => fromText(one, text)).find((value) => Value.Check(schema, value)) ?? text;
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : text;
  if (type === 'array' && items !== undefined) return text.split(',').map((item) => fromText(items, item.trim()));
  return text;
}

/** An address as it may be shown: a user name and a password in it are left out, however badly it is written. */
export const withoutLogin = (text: string): string => text.replace(/\/\/.*@/s, '//…@');

function convert(key: string, setting: Setting, given: Given): unknown {
  const value = typeof given.text === 'string' ? fromText(setting.schema, given.text) : given.text;
  if (given.text !== '' && Value.Check(setting.schema, value)) return value;
  const shown = setting.secret === true ? '(hidden)' : withoutLogin(String(given.text));
  throw runtimeFail('CONFIG_BAD_VALUE', { key: flagOf(key), value: shown, source: given.source, allowed: setting.allowed });
}

export interface Loaded<D extends Settings> {
  readonly values: Values<D>;
  /** Words that are no flags. */
  readonly rest: string[];
  /** Where each setting that was given came from: `--flag`, `LABWATCH_NAME` or `file [section]`; the others have their default. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads a program's settings: command line over environment over file over default.
 * @throws LabwatchError CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE, CONFIG_MISSING, CONFIG_FILE, CONFIG_EXTRA_WORD,
 *   CONFIG_SECRET_FLAG (exit code 78)
 */
export function loadSettings<D extends Settings>(definition: D, input: SettingsInput): Loaded<D> {
  const { given: flags, rest } = readFlags(definition, input.argv, input.words ?? false);
  // A variable set to nothing is how shells and containers leave one out.
  const path = flags.get('config')?.text ?? (input.env['LABWATCH_CONFIG'] || undefined);
  const file = path === undefined ? new Map<string, Given>() : readFile(definition, String(path), input.sections);
  const values: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const [key, setting] of Object.entries(definition)) {
    const env = envOf(key);
    const fromEnv = input.env[env] ? { text: input.env[env], source: env } : undefined;
    const given = flags.get(key) ?? fromEnv ?? file.get(key);
    if (given !== undefined) {
      values[key] = convert(key, setting, given);
      sources.set(key, given.source);
    } else if (setting.default !== undefined) values[key] = setting.default;
    else if (setting.optional !== true) throw runtimeFail('CONFIG_MISSING', { key: flagOf(key), flag: flagOf(key), env });
  }
  return { values: values as Values<D>, rest, sources };
}

/** The settings part of `--help`, aligned, in the language asked for. */
export function settingsHelp(definition: Settings, language: 'en' | 'vi'): string {
  const rows = Object.entries(definition).map(([key, setting]) => {
    const sign = isSwitch(setting) && setting.default === true ? '--[no-]' : '--';
    const name = setting.secret === true ? envOf(key) : `${sign}${flagOf(key)}`;
    const value = setting.default === undefined ? '' : ` [${String(setting.default)}]`;
    return [name, `${setting.help[language]}${value}`] as const;
  });
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}

/** Rows of the table in docs/configuration.md. */
export function settingsTable(definition: Settings): string[] {
  return Object.entries(definition).map(([key, s]) => {
    const flag = s.secret === true ? '(environment or file only)' : `\`--${flagOf(key)}\``;
    const value = s.default === undefined ? '' : `\`${String(s.default)}\``;
    return `| ${flag} | \`${envOf(key)}\` | ${value} | ${s.help.en} Takes ${s.allowed}. |`;
  });
}
