import * as fc from 'fast-check';
import { Type, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { validExamples } from '../tests/tools/examples.ts';
import { Report } from './payloads/report.ts';
import { pickerOf } from './picker.ts';

const KEYS = ['a', 'b', 'c', 'd'];

/** Random schemas of the shapes the contract uses. */
const { schema: anySchema } = fc.letrec<{ schema: TSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<TSchema[]>(Type.String(), Type.Number(), Type.Integer(), Type.Boolean(), Type.Enum(['x', 'y']), Type.Literal(1)),
    tie('schema').map((item) => Type.Array(item)),
    fc.dictionary(fc.constantFrom(...KEYS), fc.tuple(tie('schema'), fc.boolean())).map((entries) => {
      const members = Object.entries(entries).map(([key, [inner, optional]]) => [key, optional ? Type.Optional(inner) : inner]);
      return Type.Object(Object.fromEntries(members) as Record<string, TSchema>);
    }),
  ),
}));

/** A value that fits the schema, with strange keys in its objects. */
function valueFor(schema: TSchema): fc.Arbitrary<unknown> {
  const s = schema as TSchema & { type?: string; items?: TSchema; properties?: Record<string, TSchema>; required?: string[] };
  if (s.type === 'array') return fc.array(valueFor(s.items!), { maxLength: 3 });
  if (s.type !== 'object') return fc.constant(Value.Create(schema));
  const known = Object.fromEntries(Object.entries(s.properties!).map(([key, inner]) => [key, valueFor(inner)]));
  const strangers = fc.dictionary(fc.constantFrom('e', 'f', 'windowTitle', 'constructor'), fc.jsonValue(), { noNullPrototype: true });
  return fc
    .tuple(fc.record(known, { requiredKeys: s.required ?? [], noNullPrototype: true }), strangers)
    .map(([mine, others]) => Object.assign(others, mine));
}

describe('pickerOf', () => {
  it('does what Value.Clean does, for any schema of the contract and any value that fits it', () => {
    const cases = anySchema.chain((schema) => fc.tuple(fc.constant(schema), valueFor(schema)));
    fc.assert(
      fc.property(cases, ([schema, value]) => {
        expect(Value.Check(schema, value)).toBe(true);
        const before = structuredClone(value);
        const picked = pickerOf(schema)(value);
        expect(value).toEqual(before);
        expect(picked).toEqual(Value.Clean(schema, structuredClone(value)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a union', Type.Union([Type.String(), Type.Object({})])],
    ['a record', Type.Record(Type.String(), Type.Number())],
    ['an open object', Type.Object({}, { additionalProperties: Type.String() })],
    ['anything', Type.Unknown()],
    ['a tuple', Type.Tuple([Type.String()])],
    ['a union below', Type.Object({ a: Type.Array(Type.Union([Type.String(), Type.Null()])) })],
  ])('does not know %s and says so when it is built', (_name, schema) => {
    expect(() => pickerOf(schema)).toThrow('objects, arrays and leaves only');
  });

  it('is many times as fast as Value.Clean, which is why it is there', () => {
    const { message } = validExamples('report').find((e) => e.name === 'full')!;
    const pick = pickerOf(Report);
    const shortest = (work: () => unknown): number => {
      const rounds = Array.from({ length: 10 }, () => {
        const begin = performance.now();
        for (let i = 0; i < 100; i++) work();
        return performance.now() - begin;
      });
      return Math.min(...rounds);
    };
    // About a hundred times as fast where it was measured; the two run side by side, so a slow machine slows both.
    expect(shortest(() => Value.Clean(Report, message)) / shortest(() => pick(message))).toBeGreaterThan(5);
  });
});
