import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { EnrolmentAnswer, EnrolmentRequest } from '../../collector/http/schemas/enrolment.ts';
import { PAYLOADS } from '../../protocol/payloads/index.ts';
import { UpdateQuery } from '../../protocol/release.ts';
import { Hardware, Label, OneOf, Product, Serial } from '../../protocol/text.ts';
import { leaksOf, TELL_TALES } from './privacy.ts';

describe('nothing personal can leave a device', () => {
  it.each(Object.entries(PAYLOADS))('in %s', (_kind, schema) => expect(leaksOf(schema)).toEqual([]));
  it('in an enrolment', () => expect(leaksOf(EnrolmentRequest)).toEqual([]));
  it('in a question for an update', () => expect(leaksOf(UpdateQuery)).toEqual([]));
  it('in the answer to an enrolment, whose address and certificate are the server’s', () => {
    const { broker, ...rest } = EnrolmentAnswer.properties;
    expect(leaksOf(Type.Object(rest))).toEqual([]);
    const { url, urls, ca } = broker.properties;
    const texts = [url, urls.items, ca] as readonly { 'x-carries'?: string }[];
    expect(texts.map((schema) => schema['x-carries'])).toEqual(['server', 'server', 'server']);
    expect(Object.keys(broker.properties)).toHaveLength(texts.length);
  });
});

describe('a planted leak is found:', () => {
  const whys = (schema: unknown): string[] => leaksOf(schema).map((leak) => `${leak.path}: ${leak.why}`);

  it.each([
    ['free text', Type.Object({ remark: Type.String() }), '/remark: a text that does not say what it carries'],
    [
      'an invented kind of text',
      Type.Object({ remark: Type.String({ pattern: '^a$', maxLength: 1, 'x-carries': 'anything' }) }),
      '/remark: a text that does not say what it carries',
    ],
    [
      'a text without a pattern',
      Type.Object({ model: Type.String({ maxLength: 9, 'x-carries': 'hardware' }) }),
      '/model: a text without a pattern',
    ],
    [
      'a text without a bound',
      Type.Object({ model: Type.String({ pattern: '^a+$', 'x-carries': 'hardware' }) }),
      '/model: a text without a bound',
    ],
    [
      'a pattern that takes paths',
      Type.Object({ model: Type.String({ pattern: '^[^@]*$', maxLength: 80, 'x-carries': 'hardware' }) }),
      '/model: a text that takes "/etc/passwd"',
    ],
    ['a list of texts', Type.Object({ models: Type.Array(Type.String()) }), '/models/*: a text that does not say what it carries'],
    [
      'an optional text far down',
      Type.Object({ a: Type.Array(Type.Object({ b: Type.Optional(Type.String()) })) }),
      '/a/*/b: a text that does not say what it carries',
    ],
    ['a user name', Type.Object({ userName: Product('x') }), '/userName: a key with the word "user"'],
    ['a window title', Type.Object({ window_title: Hardware('x') }), '/window_title: a key with the word "title"'],
    ['a host name', Type.Object({ hostname: Label('x') }), '/hostname: a key with the word "hostname"'],
    ['a process, even as a number', Type.Object({ processId: Type.Integer() }), '/processId: a key with the word "process"'],
    ['a screenshot', Type.Object({ screenshot: Type.Boolean() }), '/screenshot: a key with the word "screenshot"'],
    [
      'a name of nobody knows what',
      Type.Object({ name: Serial('x') }),
      '/name: a name of something else than a product, a label or a code',
    ],
    ['a record', Type.Object({ more: Type.Record(Type.String(), Type.Number()) }), '/more: a shape that can hold anything'],
    ['a union', Type.Object({ more: Type.Union([Type.String(), Type.Null()]) }), '/more: a shape that can hold anything'],
    ['anything', Type.Object({ more: Type.Unknown() }), '/more: a shape that can hold anything'],
  ])('%s', (_name, schema, expected) => {
    expect(whys(schema).some((why) => why.startsWith(expected))).toBe(true);
  });

  it('while a code of a list and a product pass', () => {
    expect(whys(Type.Object({ name: OneOf(['a'], 'x'), agent: Product('x') }))).toEqual([]);
  });

  it('and every tell-tale is refused by every text', () => {
    for (const make of [Hardware, Label, Product, Serial]) {
      const pattern = new RegExp((make('x') as { pattern?: string }).pattern!, 'u');
      expect(TELL_TALES.filter((text) => pattern.test(text))).toEqual([]);
    }
  });
});
