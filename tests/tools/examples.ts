import { readdirSync, readFileSync } from 'node:fs';
import type { Refusal } from '../../protocol/decode.ts';
import type { Payloads } from '../../protocol/payloads/index.ts';
import type { Kind } from '../../protocol/topics.ts';

const ROOT = new URL('../../protocol/examples/', import.meta.url);

export interface ValidExample<K extends Kind> {
  readonly name: string;
  /** As it would come over the wire. */
  readonly bytes: Uint8Array;
  readonly message: Payloads[K];
}

export interface InvalidExample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The code `decode` must answer with. */
  readonly expected: Refusal;
  /** The rule it breaks, when `expected` is RULE. */
  readonly rule?: string;
  readonly why: string;
  /** Where a member of the good message was changed, as JSON pointer; for the examples of `fields.json`. */
  readonly path?: string;
}

/** One change to a good message, as RFC 6902 writes it. */
interface Patch {
  readonly op: 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}
interface InvalidFile {
  readonly why: string;
  readonly code: Refusal;
  readonly rule?: string;
  readonly message?: unknown;
  readonly text?: string;
  readonly base64?: string;
}
interface FieldsFile {
  readonly of: string;
  readonly cases: readonly { readonly name: string; readonly why: string; readonly code: Refusal; readonly patch: Patch }[];
}

const utf8 = new TextEncoder();
const bytesOf = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

function filesOf(folder: string): { name: string; text: string }[] {
  const url = new URL(folder, ROOT);
  return readdirSync(url)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({ name: file.slice(0, -'.json'.length), text: readFileSync(new URL(file, url), 'utf8') }));
}

/** Applies one change to a copy. @throws Error when the path leads nowhere: a golden example that changes nothing proves nothing */
function patched(message: unknown, patch: Patch): unknown {
  const copy = structuredClone(message);
  const steps = patch.path.slice(1).split('/');
  const last = steps.pop()!;
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  if (!(last in at)) throw new Error(`no ${patch.path} in the good message`);
  if (patch.op === 'remove') delete at[last];
  else at[last] = patch.value;
  return copy;
}

/** Golden messages of a kind that every program must take. */
export function validExamples<K extends Kind>(kind: K): ValidExample<K>[] {
  return filesOf(`${kind}/valid/`).map(({ name, text }) => {
    const message = JSON.parse(text) as Payloads[K];
    return { name, message, bytes: bytesOf(message) };
  });
}

function invalidFile(name: string, text: string): InvalidExample {
  const { why, code, rule, ...rest } = JSON.parse(text) as InvalidFile;
  const bytes =
    rest.base64 !== undefined
      ? Buffer.from(rest.base64, 'base64')
      : rest.text !== undefined
        ? utf8.encode(rest.text)
        : bytesOf(rest.message);
  return { name, why, expected: code, bytes: new Uint8Array(bytes), ...(rule === undefined ? {} : { rule }) };
}

function fieldExamples(kind: Kind, text: string): InvalidExample[] {
  const { of, cases } = JSON.parse(text) as FieldsFile;
  const good = JSON.parse(readFileSync(new URL(`${kind}/valid/${of}.json`, ROOT), 'utf8')) as unknown;
  return cases.map(({ name, why, code, patch }) => ({
    name: `fields/${name}`,
    why,
    expected: code,
    bytes: bytesOf(patched(good, patch)),
    path: patch.path,
  }));
}

/** Golden bytes that every program must refuse for this kind, those that are bad for every kind (`any/`) among them. */
export function invalidExamples(kind: Kind): InvalidExample[] {
  const own = filesOf(`${kind}/invalid/`).flatMap(({ name, text }) =>
    name === 'fields' ? fieldExamples(kind, text) : [invalidFile(name, text)],
  );
  return [...own, ...filesOf('any/invalid/').map(({ name, text }) => invalidFile(`any/${name}`, text))];
}
