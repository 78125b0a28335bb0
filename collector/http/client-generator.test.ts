import { describe, expect, it } from 'vitest';
import { clientOf, typeOf } from './client-generator.ts';

describe('types', () => {
  it.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ enum: ['a', "b'c", 3] }, "'a' | 'b\\'c' | 3"],
    [{ const: 'x' }, "'x'"],
    [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, 'number | null'],
    [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, 'Array<string | null>'],
    [{ $ref: '#/components/schemas/Unit' }, 'Unit'],
    [
      { type: 'object', properties: { a: { type: 'string' }, 'b-c': { type: 'null' } }, required: ['a'] },
      '{\n  a: string;\n  "b-c"?: null;\n}',
    ],
    [{ type: 'object', patternProperties: { '^.*$': { type: 'number' } } }, 'Record<string, number>'],
  ])('%j', (schema, text) => expect(typeOf(schema)).toBe(text));

  it('what it does not know is an error, not `any`', () => {
    expect(() => typeOf({ type: 'file' })).toThrowError(/does not know/);
    expect(() => typeOf({})).toThrowError(/does not know/);
  });

  it('a description cannot end its comment', () => {
    const schema = { type: 'object', description: 'x */ evil()', properties: {} };
    expect(clientOf({ paths: {}, components: { schemas: { X: schema } } }, '')).toContain('/** x * / evil() */');
  });
});
