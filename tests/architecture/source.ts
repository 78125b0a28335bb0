import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

/** Top of the project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.labwatch', 'out', 'cases']);

/** Paths of all files from a folder down, relative to it, `/` between parts. What is built, installed or recorded is left out. */
export function filesUnder(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(root, path) : [relative(root, path).replaceAll('\\', '/')];
    })
    .toSorted();
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Import {
  /** As it is written. */
  readonly specifier: string;
  /** The file it means, from the top of the project; undefined for a package. */
  readonly target: string | undefined;
  /** Nothing of it is left when types are stripped. */
  readonly typeOnly: boolean;
}

export interface FunctionSize {
  readonly name: string;
  readonly lines: number;
}

export interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  readonly defaultExport: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly source?: Node & { readonly value?: unknown };
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly specifiers?: readonly { readonly exported?: { readonly name?: string } }[];
  readonly id?: { readonly name?: string } | null;
  readonly key?: { readonly name?: string };
  readonly value?: unknown;
}

const IMPORTS = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSImportEqualsDeclaration',
]);
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function everyNode(value: unknown, name: string, visit: (node: Node, name: string) => void): void {
  if (Array.isArray(value)) for (const each of value) everyNode(each, name, visit);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const node = value as Node;
  const own = node.id?.name ?? node.key?.name ?? name;
  if (typeof node.type === 'string') visit(node, own);
  for (const inner of Object.values(node)) if (typeof inner === 'object') everyNode(inner, own, visit);
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(dirname(path).replaceAll('\\', '/'), specifier).replace(/\?.*$/, '') : undefined;
}

function importOf(path: string, node: Node): Import {
  const { source } = node;
  const specifier = typeof source?.value === 'string' ? source.value : '(computed)';
  // `import { type A }` still loads the file: stripping leaves `import {}`.
  const typeOnly = node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type';
  return { specifier, target: targetOf(path, specifier), typeOnly };
}

/** Reads a TypeScript or JavaScript file with the parser that builds it. @throws Error when it does not parse */
export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]!.message}`);
  const imports: Import[] = [];
  const functions: FunctionSize[] = [];
  let defaultExport = false;
  const linesOf = (node: Node): number => text.slice(node.start, node.end).split('\n').length;
  everyNode(program, '(top)', (node, name) => {
    if (IMPORTS.has(node.type) && node.source !== null && node.source !== undefined) imports.push(importOf(path, node));
    if (FUNCTIONS.has(node.type)) functions.push({ name, lines: linesOf(node) });
    defaultExport ||= node.type === 'ExportDefaultDeclaration' || (node.specifiers ?? []).some((each) => each.exported?.name === 'default');
  });
  return { path, lines: text.trimEnd().split('\n').length, imports, functions, defaultExport };
}

/** Every source file of the project, read. */
export function sources(): Source[] {
  return filesUnder(ROOT)
    .filter((path) => /\.(ts|tsx|mts|js|mjs)$/.test(path))
    .map((path) => parseSource(path, read(path)));
}
