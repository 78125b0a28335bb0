import { createRequire } from 'node:module';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import * as fc from 'fast-check';
import pino from 'pino';
import { Type as RealType, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value as RealValue } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { DOWN_KINDS, UP_KINDS, type Kind } from '../../protocol/topics.ts';
import { invalidExamples, validExamples } from '../../tests/tools/examples.ts';
import { bundle, missingCalls } from '../bundle.ts';
import { check, clean, problems } from './check.ts';
import { pino as lightPino } from './pino.ts';
import * as real from './schemas-child.ts';
import { type Schema, Type } from './typebox.ts';

const KINDS: readonly Kind[] = [...UP_KINDS, ...DOWN_KINDS];
const utf8 = new TextEncoder();
const bytesOf = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

/** The same modules as the executable has them. */
let light: typeof real;
beforeAll(async () => {
  const { code } = await bundle('packaging/light/schemas-child.ts');
  const made = { exports: {} };
  const run = runInThisContext(`(module, exports, require) => { ${code}\n}`) as (...words: unknown[]) => void;
  run(made, made.exports, createRequire(import.meta.url));
  light = made.exports as typeof real;
});

describe('the schemas', () => {
  it('are the same', () => {
    for (const kind of KINDS)
      expect(JSON.parse(JSON.stringify(light.PAYLOADS[kind]))).toEqual(JSON.parse(JSON.stringify(real.PAYLOADS[kind])));
    expect(JSON.stringify(light.agentSettings)).toBe(JSON.stringify(real.agentSettings));
    expect(JSON.stringify(light.commonSettings)).toBe(JSON.stringify(real.commonSettings));
    expect(JSON.stringify(light.Credentials)).toBe(JSON.stringify(real.Credentials));
  });
  it('refuse a keyword that the checker does not know', () => {
    expect(() => Type.String({ format: 'email' })).toThrow('format');
    expect(() => Type.Object({}, { additionalProperties: false })).toThrow('additionalProperties');
  });
  it('end the build when a call is missing', () => {
    expect(missingCalls('Type.String(); Type.Intersect([a, b]); Value.Check(a, b); Value.Repair(a, b)')).toEqual([
      'Type.Intersect',
      'Value.Repair',
    ]);
  });
});

describe.each(KINDS)('messages of %s', (kind) => {
  it('get the same verdict in the same words: every golden example', () => {
    for (const { bytes } of [...validExamples(kind), ...invalidExamples(kind)])
      expect(light.decode(kind, bytes)).toEqual(real.decode(kind, bytes));
  });
  it('get the same verdict in the same words: anything, and good ones with members changed', () => {
    const good = validExamples(kind);
    const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(1e300, -0, 0.5, '😀', 'e\u0301', '__proto__', '', null));
    const change = fc.record({ which: fc.nat(), at: fc.array(fc.nat(), { maxLength: 3 }), value: odd, drop: fc.boolean() });
    fc.assert(
      fc.property(change, ({ which, at, value, drop }) => {
        const copy = structuredClone(good[which % good.length]!.message) as unknown as Record<string, unknown>;
        let place = copy;
        for (const step of at) {
          const inner = Object.values(place).filter((each) => typeof each === 'object' && each !== null);
          place = (inner[step % Math.max(1, inner.length)] as Record<string, unknown> | undefined) ?? place;
        }
        const keys = Object.keys(place);
        const key = keys[which % Math.max(1, keys.length)] ?? 'extra';
        if (drop) delete place[key];
        else place[key] = value;
        expect(light.decode(kind, bytesOf(copy))).toEqual(real.decode(kind, bytesOf(copy)));
      }),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(odd, (value) => {
        expect(light.decode(kind, bytesOf(value))).toEqual(real.decode(kind, bytesOf(value)));
      }),
      { numRuns: 100 },
    );
  });
});

/** Every builder with every keyword. */
const schemaOf = (T: typeof Type): Schema =>
  T.Object({
    a: T.Optional(T.String({ minLength: 2, maxLength: 3, pattern: '^[a-é😀]' })),
    b: T.Integer({ minimum: -1, maximum: 4 }),
    c: T.Union([T.Literal('q'), T.Null(), T.Object({ x: T.Number() })], { description: 'x' }),
    d: T.Array(T.Number({ minimum: 1 }), { minItems: 1, maxItems: 2 }),
    e: T.Enum(['x', 2], { title: 'e' }),
    f: T.Optional(T.Record(T.String(), T.Boolean())),
    g: T.Optional(T.Unknown()),
    'h/~': T.Optional(T.Literal(true)),
  });

it('any schema gives the verdict, the first problem and the cleaned value of typebox', () => {
  const [mine, theirs] = [schemaOf(Type), schemaOf(RealType as unknown as typeof Type) as unknown as TSchema];
  expect(JSON.stringify(mine)).toBe(JSON.stringify(theirs));
  const compiled = Compile(theirs);
  const text = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('ab', 'a😀', 'q', 'x'));
  const part = fc.oneof(
    text,
    fc.double(),
    fc.integer({ min: -2, max: 5 }),
    fc.constantFrom(null, true, undefined, [], {}, [1], [0, 1, 2], { x: 1, y: 2 }),
  );
  const value = fc.record(
    { a: part, b: part, c: part, d: part, e: part, f: fc.oneof(part, fc.dictionary(text, fc.boolean())), g: part, 'h/~': part, i: part },
    { requiredKeys: [] },
  );
  let good = 0;
  const same = (one: unknown): void => {
    if (check(mine, one)) good += 1;
    expect(check(mine, one)).toBe(RealValue.Check(theirs, one));
    const [first] = compiled.Errors(one);
    expect(problems(mine, one)).toEqual(first === undefined ? [] : [{ instancePath: first.instancePath, message: first.message }]);
    expect(clean(mine, structuredClone(one))).toEqual(RealValue.Clean(theirs, structuredClone(one)));
  };
  fc.assert(fc.property(fc.oneof(value, part), same), { numRuns: 2000 });
  const fits = { b: 1, c: { x: 1, y: 2 }, d: [1], e: 2, f: { y: true }, i: 1 };
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(fits), 'a', 'g', 'h/~'), part, (key, member) => same({ ...fits, [key]: member })),
    { numRuns: 1000 },
  );
  expect(good).toBeGreaterThan(20);
});

it('settings are read alike', () => {
  const load = (modules: typeof real, env: NodeJS.ProcessEnv): unknown => {
    try {
      return modules.loadSettings({ ...modules.agentSettings, ...modules.commonSettings }, { argv: [], env, sections: ['agent'] }).values;
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
  };
  const names = ['SAMPLE_SECONDS', 'REPORT_MINUTES', 'LOG_LEVEL', 'INSECURE_PLAIN', 'TOKEN', 'SEAT', 'HOME', 'OUTBOX_DAYS'];
  const words = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('5', '20', '365', '366', 'true', 'silent', 'a-token-of-ten', 'Máy 07', 'a/b'),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names.map((name) => `LABWATCH_${name}`)), words), (env) => {
      expect(load(light, env)).toEqual(load(real, env));
    }),
    { numRuns: 300 },
  );
});

describe('the log', () => {
  const lines = (
    write: (log: Record<string, (...words: unknown[]) => void>, child: (bindings: object) => never) => void,
    make: (fd: number) => unknown,
  ): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'labwatch-log-'));
    const fd = openSync(join(folder, 'log'), 'w');
    const log = make(fd) as never;
    write(log, (bindings) => (log as { child: (bindings: object) => never }).child(bindings));
    closeSync(fd);
    const text = readFileSync(join(folder, 'log'), 'utf8');
    rmSync(folder, { recursive: true });
    return text.split('\n').map((line) => line.replace(/"time":"[^"]*"/, '"time":"T"'));
  };

  it('writes the lines that pino writes', () => {
    const failure = Object.assign(new TypeError('no', { cause: new Error('deeper') }), { code: 'E1' });
    const circle: Record<string, unknown> = {
      token: 'abc',
      o: { secret: 'z', t: { token: 1 } },
      u: undefined,
      n: Number.NaN,
      d: new Date(0),
      l: [{ token: 1 }],
    };
    const write: Parameters<typeof lines>[0] = (log, child) => {
      log['debug']!('not at this level');
      log['info']!('plain "quoted"\nand đầy đủ dấu');
      log['info']!({ a: 1, err: failure }, 'with an error');
      log['warn']!(circle, 'hidden');
      log['warn']!({ password: undefined, token: null, authorization: 'x', cookie: 'y', credentials: { a: 1 } }, 'm');
      log['error']!(failure);
      log['info']!({ err: 'only a word' });
      (child({ probe: 'p', token: 'x', a: { secret: 1 } }) as typeof log)['info']!({ z: 1 }, 'of a child');
      (child({ probe: 'p' }) as { child: (b: object) => typeof log }).child({ q: 2 })['error']!('of a grandchild');
    };
    const options = {
      level: 'info',
      base: { program: 'agent' },
      redact: ['password', 'secret', 'token', 'authorization', 'cookie', 'credentials', '*.password', '*.secret', '*.token'],
      timestamp: pino.stdTimeFunctions.isoTime,
    };
    const theirs = lines(write, (fd) => pino(options, pino.destination({ fd, sync: true })));
    expect(lines(write, (fd) => lightPino(options, lightPino.destination({ fd })))).toEqual(theirs);
    expect(theirs).toHaveLength(9);
  });
  it('is silent when told so', () => {
    expect(
      lines(
        (log) => log['error']!('x'),
        (fd) => lightPino({ level: 'silent' }, lightPino.destination({ fd })),
      ),
    ).toEqual(['']);
  });
});
