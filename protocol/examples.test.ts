import { describe, expect, it } from 'vitest';
import { invalidExamples, validExamples } from '../tests/tools/examples.ts';
import { REFUSALS, type Refusal } from './decode.ts';
import { PAYLOADS } from './payloads/index.ts';
import { RULES } from './rules.ts';
import { DOWN_KINDS, UP_KINDS, type Kind } from './topics.ts';

const KINDS: readonly Kind[] = [...UP_KINDS, ...DOWN_KINDS];

interface Leaf {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

/** Every place in a schema as a JSON pointer, the first item standing for all items of a list. */
function places(schema: Schema, path = '', required = true): Leaf[] {
  const here: Leaf[] = path === '' ? [] : [{ path, schema, required }];
  if (schema.items !== undefined) return [...here, ...places(schema.items, `${path}/0`, false)];
  const below = Object.entries(schema.properties ?? {});
  return [...here, ...below.flatMap(([name, inner]) => places(inner, `${path}/${name}`, schema.required?.includes(name) ?? false))];
}

/** How many different violations a place must have: one for each thing the schema says of it. */
function violationsOf({ schema, required, path }: Leaf): number {
  const isItem = path.endsWith('/0');
  const limits = [schema.maximum, schema.maxItems, schema.maxLength, schema.enum].filter((limit) => limit !== undefined).length;
  return (isItem && schema.type === 'object' ? 0 : 1) + limits + (required ? 1 : 0);
}

/** Rules and refusal codes that no example of the kind shows. */
function unshown(kind: Kind, rules: readonly { name: string }[], codes: readonly string[]): string[] {
  const examples = invalidExamples(kind);
  const shownRules = new Set(examples.map((e) => e.rule));
  const shownCodes = new Set<string>(examples.map((e) => e.expected));
  return [...rules.map((r) => r.name).filter((n) => !shownRules.has(n)), ...codes.filter((c) => !shownCodes.has(c))];
}

describe.each(KINDS)('the examples of %s', (kind) => {
  // Codes that a kind cannot meet: without a rule there is nothing to break.
  const codes = (Object.keys(REFUSALS) as Refusal[]).filter((code) => code !== 'RULE' || RULES[kind].length > 0);

  it('show every rule and every refusal', () => expect(unshown(kind, RULES[kind], codes)).toEqual([]));
  it('would be missed for a new rule or a new refusal', () => {
    expect(unshown(kind, [...RULES[kind], { name: 'planted' }], [...codes, 'PLANTED'])).toEqual(['planted', 'PLANTED']);
  });
  it('break every field in every way its schema names', () => {
    const counts = new Map<string, number>();
    for (const { path } of invalidExamples(kind)) if (path !== undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
    const missing = places(PAYLOADS[kind] as Schema).filter((leaf) => (counts.get(leaf.path) ?? 0) < violationsOf(leaf));
    expect(missing.map((leaf) => leaf.path)).toEqual([]);
  });
  it('hold every field in the full one and only required ones in some other', () => {
    const full = validExamples(kind).find((e) => e.name === 'full')!;
    const valueAt = (path: string): unknown =>
      path
        .slice(1)
        .split('/')
        .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], full.message);
    const absent = places(PAYLOADS[kind] as Schema).filter(({ path }) => valueAt(path) === undefined);
    expect(absent).toEqual([]);
    const required = (PAYLOADS[kind] as Schema).required!.length;
    expect(Math.min(...validExamples(kind).map((e) => Object.keys(e.message).length))).toBe(required);
  });
  it('have names of their own and a reason each', () => {
    const names = invalidExamples(kind).map((e) => e.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { why } of invalidExamples(kind)) expect(why).toMatch(/\.$/);
  });
});
