import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { Type } from './light/typebox.ts';
import { Value } from './light/typebox-value.ts';
import { PATCHES, STAND_INS } from './stand-ins.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Bundle {
  /** One CommonJS file. */
  readonly code: string;
  /** What is kept beside it and read only when it is wanted, by name: CommonJS too. */
  readonly parts: Readonly<Record<string, string>>;
  /** Names of the packages in it, sorted. */
  readonly packages: readonly string[];
  /** Files of ours in it, from the top of the project, sorted. */
  readonly files: readonly string[];
}

export interface BundleOptions {
  /** What it says of itself, instead of what package.json says. */
  readonly version?: string | undefined;
  /** Sources of packages that are something else here, by name. */
  readonly sources?: Readonly<Record<string, string>>;
}

const VIRTUAL = '\0stand-in:';
/** Packages that only a child of the agent needs: V8 keeps the text of what it has loaded, even when it is never run. */
const PARTS: readonly string[] = ['systeminformation'];

/** Loads a part out of the executable it lies in (nodejs.org/api/single-executable-applications.html#seagetassetkey-encoding). */
const loaderOf = (part: string): string =>
  `const made = { exports: {} };
   new Function('module', 'exports', 'require', require('node:sea').getAsset('${part}', 'utf8'))(made, made.exports, require);
   module.exports = made.exports;`;

/** What a source of ours calls of typebox and the stand-in lacks. */
export function missingCalls(source: string): string[] {
  const calls = Array.from(source.matchAll(/\b(Type|Value)\.([A-Z]\w*)\(/g), ([, on, name]) => ({ on: on!, name: name! }));
  return calls.filter(({ on, name }) => !Object.hasOwn(on === 'Type' ? Type : Value, name)).map(({ on, name }) => `${on}.${name}`);
}

function checked(id: string, code: string): string {
  if (id.includes('/node_modules/')) return code;
  const missing = missingCalls(code);
  if (missing.length > 0) throw new Error(`${relative(ROOT, id)} calls ${missing.join(', ')}, which packaging/light does not have`);
  return code;
}

function patched(id: string, code: string): string {
  return PATCHES.filter(({ file }) => file.test(id)).reduce((text, { from, to }) => {
    if (!text.includes(from))
      throw new Error(`${relative(ROOT, id)} has changed: "${from}" is not in it any more (packaging/stand-ins.ts)`);
    return text.replace(from, to);
  }, code);
}

const virtual = (name: string, sources: Readonly<Record<string, string>>): Plugin => ({
  name,
  resolveId: (id) => (Object.hasOwn(sources, id) ? `${VIRTUAL}${id}` : undefined),
  load: (id) => (id.startsWith(VIRTUAL) ? sources[id.slice(VIRTUAL.length)] : undefined),
});

/** The version is all that is wanted of package.json, and the names in it have no place in the agent. */
const onlyVersion = (wanted: string | undefined): Plugin => ({
  name: 'only-version',
  load: (id) => {
    if (id !== join(ROOT, 'package.json')) return undefined;
    const { version } = JSON.parse(readFileSync(id, 'utf8')) as { version: string };
    return { code: JSON.stringify({ version: wanted ?? version }), moduleType: 'json' };
  },
});

const edits: Plugin = { name: 'edits', transform: (code, id) => patched(id, checked(id, code)) };

/** V8 keeps a source with one letter outside Latin-1 at two bytes a letter; Vietnamese words become escapes. */
const asciiOf = (code: string): string =>
  code.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

const packageOf = (path: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

/**
 * The agent as one file: agent/entry.ts and all it can reach, and the parts beside it.
 * @param version what it says of itself, instead of that of package.json
 */
export async function bundleAgent(version?: string): Promise<Bundle> {
  const loaders = Object.fromEntries(PARTS.map((part) => [part, loaderOf(part)]));
  const agent = await bundle('agent/entry.ts', { version, sources: loaders });
  const parts = await Promise.all(PARTS.map((part) => bundle(join('node_modules', part))));
  return {
    ...agent,
    parts: Object.fromEntries(PARTS.map((part, i) => [part, parts[i]!.code])),
    packages: [...agent.packages, ...parts.flatMap(({ packages }) => packages)].toSorted(),
  };
}

/**
 * A file and all it can reach as one file, with the stand-ins. A module that is imported late is run late.
 * @param entry from the top of the project
 * @throws Error when something cannot be resolved or a stand-in does not do
 */
export async function bundle(entry: string, options: BundleOptions = {}): Promise<Bundle> {
  const { version, sources } = options;
  const bundler = await rolldown({
    input: join(ROOT, entry),
    platform: 'node',
    external: (id) => isBuiltin(id),
    plugins: [virtual('stand-ins', { ...STAND_INS, ...sources }), onlyVersion(version), edits],
    onLog: (level, log) => {
      if (level === 'warn' && log.code !== 'EVAL') throw new Error(`the bundle: ${log.message}`);
    },
  });
  try {
    const { output } = await bundler.generate({ format: 'cjs', codeSplitting: false, minify: true, comments: false });
    const [chunk, ...others] = output;
    if (others.length > 0) throw new Error(`the bundle is more than one file: ${others.map(({ fileName }) => fileName).join(', ')}`);
    const ids = chunk.moduleIds.filter((id) => !id.startsWith('\0'));
    const packages = new Set(ids.map(packageOf).filter((name) => name !== undefined));
    const files = ids.filter((id) => packageOf(id) === undefined).map((id) => relative(ROOT, id));
    return { code: asciiOf(chunk.code), parts: {}, packages: Array.from(packages).toSorted(), files: files.toSorted() };
  } finally {
    await bundler.close();
  }
}
