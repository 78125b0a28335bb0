import type { Schema } from './typebox.ts';

/** What is wrong and where, in typebox's words (its locale en_US). */
export interface Problem {
  /** JSON pointer. */
  readonly instancePath: string;
  readonly message: string;
}
type Report = (problem: Problem) => void;

const patterns = new Map<string, RegExp>();
function regExp(pattern: string): RegExp {
  let made = patterns.get(pattern);
  if (made === undefined) patterns.set(pattern, (made = new RegExp(pattern, 'u')));
  return made;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);
const has = (value: object, key: string): boolean => (UNSAFE.has(key) ? Object.hasOwn(value, key) : key in value);
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

const IS: Readonly<Record<NonNullable<Schema['type']>, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: Number.isFinite,
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** In code points, as JSON Schema counts. Counted only where the two counts can differ. */
const lengthOf = (text: string, limit: number): number => (text.length < limit ? text.length : Array.from(text).length);

function ofText(schema: Schema, value: string): string | undefined {
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined && lengthOf(value, minLength) < minLength) return `must not have fewer than ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength && lengthOf(value, maxLength) > maxLength)
    return `must not have more than ${maxLength} characters`;
  return pattern === undefined || regExp(pattern).test(value) ? undefined : `must match pattern "${pattern}"`;
}

function ofNumber({ minimum, maximum }: Schema, value: number): string | undefined {
  if (minimum !== undefined && value < minimum) return `must be >= ${minimum}`;
  return maximum !== undefined && value > maximum ? `must be <= ${maximum}` : undefined;
}

function fits(schema: Schema, value: unknown, path: string, report: Report): boolean {
  const wrong = (message: string): false => {
    report({ instancePath: path, message });
    return false;
  };
  const { type, anyOf } = schema;
  if (type !== undefined && !IS[type](value)) return wrong(`must be ${type}`);
  if (isRecord(value) && !fitsRecord(schema, value, path, report)) return false;
  if (Array.isArray(value) && !fitsList(schema, value, path, report)) return false;
  const why = typeof value === 'string' ? ofText(schema, value) : typeof value === 'number' ? ofNumber(schema, value) : undefined;
  if (why !== undefined) return wrong(why);
  if ('const' in schema && value !== schema.const) return wrong('must be equal to constant');
  if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong('must be equal to one of the allowed values');
  if (anyOf === undefined) return true;
  const inner: Problem[] = [];
  if (anyOf.some((one) => fits(one, value, path, (problem) => inner.push(problem)))) return true;
  return inner.length > 0 ? (report(inner[0]!), false) : wrong('must match a schema in anyOf');
}

function fitsRecord(schema: Schema, value: Record<string, unknown>, path: string, report: Report): boolean {
  const missing = (schema.required ?? []).filter((key) => !has(value, key));
  if (missing.length > 0) {
    report({ instancePath: path, message: `must have required properties ${missing.join(', ')}` });
    return false;
  }
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) {
    const keys = Object.keys(value).filter((key) => regExp(pattern).test(key));
    if (!keys.every((key) => fits(inner, value[key], `${path}/${escaped(key)}`, report))) return false;
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const absent = !has(value, key) || (value[key] === undefined && schema.required?.includes(key) !== true);
    if (!absent && !fits(inner, value[key], `${path}/${escaped(key)}`, report)) return false;
  }
  return true;
}

function fitsList({ items, minItems, maxItems }: Schema, value: readonly unknown[], path: string, report: Report): boolean {
  if (items !== undefined && !value.every((item, index) => fits(items, item, `${path}/${index}`, report))) return false;
  const few = minItems !== undefined && value.length < minItems;
  if (!few && (maxItems === undefined || value.length <= maxItems)) return true;
  report({ instancePath: path, message: few ? `must not have fewer than ${minItems} items` : `must not have more than ${maxItems} items` });
  return false;
}

const ignore = (): void => {};

export const check = (schema: Schema, value: unknown): boolean => fits(schema, value, '', ignore);

/** The first thing that is wrong, or nothing. */
export function problems(schema: Schema, value: unknown): Problem[] {
  const found: Problem[] = [];
  fits(schema, value, '', (problem) => found.push(problem));
  return found.slice(0, 1);
}

/** Takes away, in place, what the schema does not name. */
export function clean(schema: Schema, value: unknown): unknown {
  const { properties, patternProperties, items, anyOf } = schema;
  if (anyOf !== undefined) {
    for (const one of anyOf) {
      const cleaned = clean(one, structuredClone(value));
      if (check(one, cleaned)) return cleaned;
    }
    return value;
  }
  if (items !== undefined) return Array.isArray(value) ? value.map((item) => clean(items, item)) : value;
  if (!isRecord(value) || (properties === undefined && patternProperties === undefined)) return value;
  const [pattern, ofAll] = Object.entries(patternProperties ?? {})[0] ?? [];
  for (const key of Object.keys(value)) {
    const inner = properties !== undefined && has(properties, key) ? properties[key] : undefined;
    const other = pattern !== undefined && new RegExp(pattern).test(key) ? ofAll : undefined;
    if (inner === undefined && other === undefined) delete value[key];
    else value[key] = clean((inner ?? other)!, value[key]);
  }
  return value;
}
