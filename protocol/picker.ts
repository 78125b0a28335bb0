/** The parts of a JSON schema that decide which keys exist. */
interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly additionalProperties?: unknown;
  readonly patternProperties?: unknown;
}

type Pick = (value: unknown) => unknown;
type Fields = Record<string, unknown>;

const LEAVES = new Set(['string', 'number', 'integer', 'boolean', 'null']);
const same: Pick = (value) => value;

/** Objects get one copier per known key; a key that the schema does not name is never looked at. */
function pickObject(properties: Readonly<Record<string, Shape>>): Pick {
  const names = Object.keys(properties);
  const picks = names.map((name) => pickerOf(properties[name]!));
  return (value) => {
    const from = value as Fields;
    const to: Fields = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const inner = from[name];
      if (inner === undefined) continue;
      const pick = picks[i]!;
      to[name] = pick === same ? inner : pick(inner);
    }
    return to;
  };
}

/**
 * Builds, once per schema, a function that copies a value that was checked against it and leaves every key out that the
 * schema does not name, at any depth. It does what `Value.Clean` does, about a hundred times as fast, for the schemas the
 * contract uses: objects, arrays of one type, and leaves. Keys come out in the order of the schema.
 * @throws Error for a schema it does not know (a union, a record): such a one could let a key through
 */
export function pickerOf(schema: unknown): Pick {
  const shape = schema as Shape & { enum?: unknown; const?: unknown };
  const open = shape.additionalProperties !== undefined || shape.patternProperties !== undefined;
  if (shape.type === 'object' && shape.properties !== undefined && !open) return pickObject(shape.properties);
  if (shape.type === 'array' && shape.items !== undefined && !Array.isArray(shape.items)) {
    const item = pickerOf(shape.items);
    return item === same ? (value) => (value as unknown[]).slice() : (value) => (value as unknown[]).map(item);
  }
  if (shape.enum !== undefined || shape.const !== undefined || LEAVES.has(shape.type ?? '')) return same;
  throw new Error(`a payload schema may hold objects, arrays and leaves only, not ${JSON.stringify(schema).slice(0, 80)}`);
}
