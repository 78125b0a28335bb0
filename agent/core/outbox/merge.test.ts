import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../../protocol/decode.ts';
import type { Report } from '../../../protocol/payloads/index.ts';
import { LONGEST_MERGED_MINUTES, mergeReports } from './merge.ts';

const MINUTE = 29_000_000;
const STREAM = 'k3v9q0x7m2b5n8c1z4l6j0h2g5';

/** A report of minutes from `from` on after MINUTE. */
function report(seq: number, from: number, on: string, over: Partial<Report> = {}): Report {
  const end = (MINUTE + from + on.length) * 60_000;
  return {
    v: 1,
    stream: STREAM,
    seq,
    at: end,
    boot: '0123456789abcdef',
    mono: end - MINUTE * 60_000 + 1_000_000,
    minute: MINUTE + from,
    span: on.length,
    on,
    active: '0'.repeat(on.length),
    blind: '0'.repeat(on.length),
    session: 'open',
    metrics: {},
    ...over,
  };
}

describe('reports that follow each other', () => {
  test('become one that stands for all their places, and keeps the contract', () => {
    const merged = mergeReports([
      report(7, 0, '11111', { active: '00110', metrics: { cpu: { min: 1, mean: 2, max: 3 }, disk: 40 } }),
      report(8, 5, '11', { blind: '11', session: 'locked', metrics: { cpu: { min: 0, mean: 9, max: 50 } } }),
      report(9, 7, '111', { active: '100', metrics: { disk: 41 } }),
    ]);
    expect(merged).toHaveLength(1);
    const { report: whole, gone } = merged[0]!;
    expect(gone).toEqual([7, 8]);
    expect(whole).toMatchObject({ seq: 9, first: 7, minute: MINUTE, span: 10, session: 'open' });
    expect([whole.on, whole.active, whole.blind]).toEqual(['1111111111', '0011000100', '0000011000']);
    // (2 x 5 minutes + 9 x 2 minutes) / 7
    expect(whole.metrics).toEqual({ cpu: { min: 0, mean: 4, max: 50 }, disk: 41 });
    expect(decode('report', encode('report', whole))).toMatchObject({ ok: true });
  });

  test('merge again with what was merged before', () => {
    const [first] = mergeReports([report(1, 0, '11111'), report(2, 5, '11111')]);
    const [second] = mergeReports([first!.report, report(3, 10, '11111')]);
    expect(second).toMatchObject({ gone: [2], report: { first: 1, seq: 3, span: 15 } });
  });

  test('a minute told twice counts once; a touch outweighs that it could not be seen', () => {
    const [merged] = mergeReports([report(1, 0, '1', { blind: '1' }), report(2, 0, '11111', { active: '10000' })]);
    expect(merged!.report).toMatchObject({ span: 5, on: '11111', active: '10000', blind: '00000' });
  });

  test(`no window is longer than ${LONGEST_MERGED_MINUTES} minutes`, () => {
    const merged = mergeReports(Array.from({ length: 288 }, (_, i) => report(i + 1, i * 5, '11111')));
    expect(merged.map(({ report: { span } }) => span)).toEqual(Array.from({ length: 6 }, () => LONGEST_MERGED_MINUTES));
    expect(merged.flatMap(({ gone }) => gone).length + merged.length).toBe(288);
  });
});

test.each([
  ['a place between them', report(3, 5, '11111')],
  ['minutes between them', report(2, 6, '11111')],
  ['another boot', report(2, 5, '11111', { boot: 'fedcba9876543210' })],
  ['a clock that was set', report(2, 5, '11111', { at: report(2, 5, '11111').at + 200_000 })],
  ['minutes that go back', report(2, -3, '11111')],
])('are kept apart by %s', (_, second) => {
  expect(mergeReports([report(1, 0, '11111'), second])).toEqual([]);
});
