/**
 * What the agent uses of typebox, in a hundredth of its memory. The bundle puts this in its place (bundle.ts); the sources are
 * checked against typebox itself, and light.test.ts proves that both build the same schemas and give the same verdicts.
 * A builder that is not here, or a keyword the checker does not know, ends the build or throws when the schema is made.
 */

/** A plain JSON schema. Optional members carry a hidden mark, as typebox's do. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Keywords that say something to a person and nothing to a checker. */
const NOTE = /^(x-|description$|title$|\$id$|default$|examples$)/;
const KEYWORDS = new Set(['minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems']);
const OPTIONAL = Symbol('optional');

type Options = Readonly<Record<string, unknown>>;

function make(body: Schema, options: Options = {}): Schema {
  for (const key of Object.keys(options)) {
    if (!KEYWORDS.has(key) && !NOTE.test(key)) throw new Error(`the light schemas do not know the keyword "${key}"`);
  }
  return { ...body, ...options };
}

const isOptional = (schema: Schema): boolean => OPTIONAL in schema;
const typeOf = (value: unknown): 'string' | 'number' | 'boolean' => typeof value as 'string' | 'number' | 'boolean';

/** The builders of typebox that the agent, `protocol` and `runtime` call. */
export const Type = {
  String: (options?: Options) => make({ type: 'string' }, options),
  Integer: (options?: Options) => make({ type: 'integer' }, options),
  Number: (options?: Options) => make({ type: 'number' }, options),
  Boolean: (options?: Options) => make({ type: 'boolean' }, options),
  Null: (options?: Options) => make({ type: 'null' }, options),
  Unknown: (options?: Options) => make({}, options),
  Literal: (value: string | number | boolean, options?: Options) => make({ type: typeOf(value), const: value }, options),
  Enum: (values: readonly unknown[], options?: Options) => make({ enum: values }, options),
  Union: (anyOf: readonly Schema[], options?: Options) => make({ anyOf }, options),
  Array: (items: Schema, options?: Options) => make({ type: 'array', items }, options),
  Object: (properties: Readonly<Record<string, Schema>>, options?: Options) => {
    const required = Object.keys(properties).filter((key) => !isOptional(properties[key]!));
    return make({ type: 'object', ...(required.length > 0 ? { required } : {}), properties }, options);
  },
  /** With keys of any text: what `Type.Record(Type.String(), …)` makes. */
  Record: (key: Schema, value: Schema, options?: Options) =>
    make({ type: 'object', patternProperties: { [key.pattern ?? '^.*$']: value } }, options),
  Optional: (schema: Schema): Schema => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
};
