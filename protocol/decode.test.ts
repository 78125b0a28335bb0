import * as fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { invalidExamples, validExamples } from '../tests/tools/examples.ts';
import { check, decode, encode, REFUSALS } from './decode.ts';
import { MAX_PAYLOAD_BYTES } from './envelope.ts';
import { PAYLOADS } from './payloads/index.ts';
import { DOWN_KINDS, SEQUENCED_KINDS, UP_KINDS } from './topics.ts';

const KINDS = [...UP_KINDS, ...DOWN_KINDS];
const utf8 = new TextEncoder();
const bytesOf = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

/** The same value with a strange key beside every key of every object. */
function withStrangers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStrangers);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).map(([key, child]) => [key, withStrangers(child)]);
  return { ...Object.fromEntries(inner), userName: 'lan', windowTitle: ['bai-thi.docx'], extra: { a: 1 } };
}

describe.each(KINDS)('golden examples of %s', (kind) => {
  it.each(validExamples(kind))('takes $name', ({ bytes, message }) => {
    expect(decode(kind, bytes)).toEqual({ ok: true, message });
  });

  it.each(invalidExamples(kind))('refuses $name', ({ bytes, expected, rule }) => {
    const decoded = decode(kind, bytes);
    const detail = expect.stringMatching(rule === undefined ? /./ : new RegExp(`^${rule}: `)) as string;
    expect(decoded).toMatchObject({ ok: false, code: expected, detail });
  });

  it.each(validExamples(kind))('gives $name back as it was', ({ message }) => {
    expect(JSON.parse(new TextDecoder().decode(encode(kind, message)))).toEqual(message);
  });

  it.each(validExamples(kind))('takes unknown keys away from $name, at every depth', ({ message }) => {
    const strange = withStrangers(message);
    expect(decode(kind, bytesOf(strange))).toEqual({ ok: true, message });
    expect(check(kind, strange)).toEqual({ ok: true, message });
    expect(Value.Clean(PAYLOADS[kind] as TSchema, structuredClone(strange))).toEqual(message);
  });

  it('takes 16 KiB and refuses one byte more', () => {
    const { bytes } = validExamples(kind)[0]!;
    const padded = new Uint8Array(MAX_PAYLOAD_BYTES).fill(32);
    padded.set(bytes);
    expect(decode(kind, padded).ok).toBe(true);
    const larger = new Uint8Array(MAX_PAYLOAD_BYTES + 1).fill(32);
    larger.set(bytes);
    expect(decode(kind, larger)).toMatchObject({ ok: false, code: 'TOO_LARGE' });
  });

  it('never sends what it would not take', () => {
    for (const { bytes, expected } of invalidExamples(kind).filter((e) => ['SCHEMA', 'RULE', 'WRONG_VERSION'].includes(e.expected))) {
      const message = JSON.parse(new TextDecoder().decode(bytes)) as never;
      expect(() => encode(kind, message)).toThrow(expected);
    }
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => utf8.encode(text)),
        ),
        (bytes) => {
          const decoded = decode(kind, bytes);
          expect(decoded.ok || decoded.code in REFUSALS).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never throws on a good message with one member or one byte changed, and still lets no strange key in', () => {
    const good = validExamples(kind);
    const mutation = fc.record({ which: fc.nat(good.length - 1), place: fc.nat(), value: fc.jsonValue(), byte: fc.nat(255) });
    fc.assert(
      fc.property(mutation, ({ which, place, value, byte }) => {
        const { message, bytes } = good[which]!;
        const copy = structuredClone(message) as Record<string, unknown>;
        const keys = Object.keys(copy);
        copy[keys[place % keys.length]!] = value;
        const member = decode(kind, bytesOf(copy));
        const cleaned = member.ok ? Value.Clean(PAYLOADS[kind] as TSchema, JSON.parse(JSON.stringify(copy))) : undefined;
        expect(member.ok ? member.message : undefined).toEqual(cleaned);
        const flipped = bytes.slice();
        flipped[place % flipped.length] = byte;
        const one = decode(kind, flipped);
        expect(one.ok || one.code in REFUSALS).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the place of a refused message', () => {
  const report = validExamples('report').find((e) => e.name === 'merged-for-a-replay')!.message;
  const broken = { ...report, session: 'purple' };

  it('covers every number a merged message stands for', () => {
    expect(check('report', broken)).toMatchObject({ code: 'SCHEMA', place: { stream: report.stream, first: 22, seq: 61 } });
  });
  it('is known for a rule and a version too', () => {
    expect(check('report', { ...report, on: '1' })).toMatchObject({ code: 'RULE', place: { first: 22, seq: 61 } });
    expect(check('report', { ...report, v: 2 })).toMatchObject({ code: 'WRONG_VERSION', place: { first: 22, seq: 61 } });
  });
  it('is only its own number when first makes no sense', () => {
    for (const first of [0, -1, 62, 1.5, '1', null]) {
      expect(check('report', { ...broken, first })).toMatchObject({ place: { first: 61, seq: 61 } });
    }
  });
  it('is unknown when the stream or the number is not readable', () => {
    for (const change of [{ stream: 'X' }, { stream: 7 }, { seq: 0 }, { seq: '5' }, { seq: 2 ** 60 }]) {
      expect(check('report', { ...broken, ...change })).not.toHaveProperty('place');
    }
  });
  it.each(['presence', 'ack', 'config', 'command'] as const)('is never given for %s, which no outbox keeps', (kind) => {
    expect(check(kind, { v: 1, stream: report.stream, seq: 5, at: 'bad' })).not.toHaveProperty('place');
  });
  it.each(SEQUENCED_KINDS)('is given for %s', (kind) => {
    expect(check(kind, { v: 1, stream: report.stream, seq: 5, at: 'bad' })).toMatchObject({ place: { first: 5, seq: 5 } });
  });
});

it('a key called __proto__ changes nothing', () => {
  const text = new TextDecoder().decode(validExamples('event')[0]!.bytes).replace('{', '{"__proto__":{"code":"threat_found"},');
  const decoded = decode('event', utf8.encode(text));
  expect(decoded).toEqual({ ok: true, message: validExamples('event')[0]!.message });
});
