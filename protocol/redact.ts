import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { PAYLOADS } from './payloads/index.ts';
import type { Kind } from './topics.ts';

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

/** What stands for something that was taken away: its type and size, which are what an engineer looks for. */
function stump(value: unknown): string {
  if (typeof value === 'string') return `(text of ${value.length} characters)`;
  return Array.isArray(value) ? `(list of ${value.length})` : '(object)';
}

function redacted(shape: Shape, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'string') return Value.Check(shape as TSchema, value) ? value : stump(value);
  const { properties, items } = shape;
  if (Array.isArray(value)) return items === undefined ? stump(value) : value.map((item) => redacted(items, item));
  if (properties === undefined) return stump(value);
  const from = value as Record<string, unknown>;
  const known = Object.keys(properties).filter((name) => Object.hasOwn(from, name));
  return Object.fromEntries(known.map((name) => [name, redacted(properties[name]!, from[name])]));
}

/**
 * What may be kept of a message that was refused: numbers, and the texts that the contract would take where they stand. A key
 * it does not name is left out, any other text is replaced by its length: a refused message may say what no message should.
 * @param bytes a JSON object that is not nested deep, as `decode` refused it
 */
export function redact(kind: Kind, bytes: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return new TextEncoder().encode(JSON.stringify(redacted(PAYLOADS[kind] as Shape, value)));
}
