import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEVICE_ID,
  DOWN_KINDS,
  downTopicsOf,
  isDownKind,
  isSequenced,
  isUpKind,
  parseTopic,
  SEQUENCED_KINDS,
  topicOf,
  UP_KINDS,
  upFilters,
  type Kind,
} from './topics.ts';

const KINDS: readonly Kind[] = [...UP_KINDS, ...DOWN_KINDS];
const device = fc.string({ unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz0123456789')), minLength: 26, maxLength: 26 });
const kind = fc.constantFrom(...KINDS);

/** MQTT 3.1.1, 4.7: does a filter match a topic? */
function matches(filter: string, topic: string): boolean {
  const f = filter.split('/');
  const t = topic.split('/');
  return f.length === t.length && f.every((part, i) => part === '+' || part === t[i]);
}

describe('topics', () => {
  it('are read as they were built', () => {
    fc.assert(
      fc.property(device, kind, (d, k) => {
        expect(parseTopic(topicOf(d, k))).toEqual({ device: d, kind: k });
      }),
    );
  });
  it('are labwatch/v1/<device>/<kind>, nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.oneof(fc.constantFrom('labwatch', 'v1', 'report', '+', '#', ''), device)).map((p) => p.join('/')),
        ),
        (text) => {
          const parsed = parseTopic(text);
          const exact = /^labwatch\/v1\/([a-z0-9]{26})\/([^/]+)$/s.exec(text);
          expect(parsed).toEqual(exact === null ? undefined : { device: exact[1], kind: exact[2] });
        },
      ),
      { numRuns: 2000 },
    );
  });
  it.each([
    'labwatch/v2/0123456789abcdefghijklmnop/report',
    'labwatch/v1/0123456789ABCDEFGHIJKLMNOP/report',
    'labwatch/v1/0123456789abcdefghijklmno/report',
    'labwatch/v1/0123456789abcdefghijklmnop/',
    'labwatch/v1/0123456789abcdefghijklmnop',
    'labwatch/v1/0123456789abcdefghijklmnop/report/more',
    '/labwatch/v1/0123456789abcdefghijklmnop/report',
    '$SYS/broker/uptime',
    'labwatch/v1/+/report',
    'labwatch/v1/0123456789abcdefghijklmnop\n/report',
  ])('refuses %j', (topic) => expect(parseTopic(topic)).toBeUndefined());
  it('gives an unknown kind back for the reader to count', () => {
    expect(parseTopic('labwatch/v1/0123456789abcdefghijklmnop/selfie')).toEqual({ device: '0123456789abcdefghijklmnop', kind: 'selfie' });
  });
  it('down topics are exact: no wildcard, only of this device', () => {
    fc.assert(
      fc.property(device, (d) => {
        expect(downTopicsOf(d).map((topic) => parseTopic(topic))).toEqual(DOWN_KINDS.map((k) => ({ device: d, kind: k })));
        expect(downTopicsOf(d).join('')).not.toMatch(/[+#]/);
      }),
    );
  });
  it('the filters of the collector take everything a device says and nothing it is told', () => {
    fc.assert(
      fc.property(device, kind, (d, k) => {
        const taken = upFilters().filter((filter) => matches(filter, topicOf(d, k)));
        expect(taken.length).toBe(isUpKind(k) ? 1 : 0);
      }),
    );
  });
  it('every kind goes one way', () => {
    for (const k of KINDS) expect(isUpKind(k)).not.toBe(isDownKind(k));
    expect(['selfie', '', 'Report', 'toString', '__proto__'].some((k) => isUpKind(k) || isDownKind(k))).toBe(false);
    expect(KINDS.filter(isSequenced)).toEqual([...SEQUENCED_KINDS]);
    expect(UP_KINDS.filter((k) => !isSequenced(k))).toEqual(['presence']);
  });
  it('an id ends where it ends', () => expect(DEVICE_ID.test(`${'a'.repeat(26)}\n`)).toBe(false));
});
