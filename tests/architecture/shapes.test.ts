import { describe, expect, it } from 'vitest';
import long from './long.json' with { type: 'json' };
import { shapeProblems } from './shapes.ts';
import { parseSource, sources } from './source.ts';

const body = (lines: number): string => 'x();\n'.repeat(lines);
const planted = (path: string, text: string, reasons = {}): string[] => shapeProblems([parseSource(path, text)], reasons);

describe('files and functions', () => {
  it('have the names and sizes of the house', () => expect(shapeProblems(sources(), long)).toEqual([]));
});

describe('a planted one is found:', () => {
  it.each([
    ['a capital', 'agent/core/MinuteBook.ts', 'export {};'],
    ['an underscore', 'agent/core/minute_book.ts', 'export {};'],
    ['a stray dot', 'agent/core/minute.book.ts', 'export {};'],
  ])('%s in a name', (_name, path, text) => expect(planted(path, text)).toEqual([`${path}: file names are kebab-case`]));

  it.each([
    'export default 1;',
    'const a = 1; export { a as default };',
    'export { default } from "./b.ts";',
    'export default function f() {}',
  ])('a default export: %s', (text) => expect(planted('agent/core/a.ts', text)).toEqual(['agent/core/a.ts: exports have names']));
  it('but not in a configuration file', () => expect(planted('vitest.config.ts', 'export default 1;')).toEqual([]));

  it('a file over 500 lines, whatever its reason', () => {
    expect(planted('agent/core/a.ts', body(501), { 'agent/core/a.ts': 'a reason that is long enough' })).toContain(
      'agent/core/a.ts: 501 lines; more than 500 are refused',
    );
    expect(planted('agent/core/a.ts', body(350))).toEqual([]);
  });
  it('a file over 350 lines without a reason', () => {
    expect(planted('agent/core/a.ts', body(351))[0]).toContain('agent/core/a.ts: 351 lines; make it smaller');
    expect(planted('agent/core/a.ts', body(351), { 'agent/core/a.ts': 'because' })[0]).toContain('is no reason');
    expect(planted('agent/core/a.ts', body(351), { 'agent/core/a.ts': 'one table of constants, read as a whole' })).toEqual([]);
  });
  it.each([
    ['a function', `function f() {\n${body(59)}}`, 'f'],
    ['an arrow', `const f = () => {\n${body(59)}};`, 'f'],
    ['a method', `class A { m() {\n${body(59)}} }`, 'm'],
    ['one without a name', `call(() => {\n${body(59)}});`, '(top)'],
  ])('%s over 60 lines', (_name, text, name) => {
    expect(planted('agent/core/a.ts', text)[0]).toBe(
      `agent/core/a.ts#${name}: 61 lines; make it smaller or give a reason in tests/architecture/long.json`,
    );
    expect(planted('agent/core/a.ts', text.replace('x();\n', ''))).toEqual([]);
  });
  it('a reason that is no longer needed', () => {
    expect(planted('agent/core/a.ts', 'x();', { 'agent/core/a.ts#gone': 'a reason that is long enough' })[0]).toContain(
      'is no longer long',
    );
  });
});
