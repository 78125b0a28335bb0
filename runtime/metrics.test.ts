import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.ts';

describe('Metrics', () => {
  it('prints counters and gauges as Prometheus reads them', () => {
    const metrics = new Metrics();
    const refused = metrics.counter('labwatch_refused_total', 'Messages refused.');
    refused.add({ reason: 'SCHEMA', kind: 'report' });
    refused.add({ kind: 'report', reason: 'SCHEMA' }, 2);
    refused.add({ reason: 'RULE', kind: 'report' });
    metrics.counter('labwatch_taken_total', 'Messages taken.').add();
    metrics.gauge('labwatch_queue', 'Rows waiting.', () => 2.5);
    metrics.gauge('labwatch_temperature', 'Unknown.', () => undefined);
    expect(metrics.text()).toBe(
      [
        '# HELP labwatch_refused_total Messages refused.',
        '# TYPE labwatch_refused_total counter',
        'labwatch_refused_total{kind="report",reason="SCHEMA"} 3',
        'labwatch_refused_total{kind="report",reason="RULE"} 1',
        '# HELP labwatch_taken_total Messages taken.',
        '# TYPE labwatch_taken_total counter',
        'labwatch_taken_total 1',
        '# HELP labwatch_queue Rows waiting.',
        '# TYPE labwatch_queue gauge',
        'labwatch_queue 2.5',
        '# HELP labwatch_temperature Unknown.',
        '# TYPE labwatch_temperature gauge',
        '',
      ].join('\n'),
    );
  });
  it('gives a count back by its labels, in any order, and 0 for one never counted', () => {
    const counter = new Metrics().counter('a_total', 'A.');
    counter.add({ a: '1', b: '2' });
    expect(counter.get({ b: '2', a: '1' })).toBe(1);
    expect(counter.get()).toBe(0);
  });
  it('is one counter for all programs that ask for the same name', () => {
    const metrics = new Metrics();
    metrics.counter('a_total', 'A.').add();
    metrics.counter('a_total', 'A.').add();
    expect(metrics.counter('a_total', 'A.').get()).toBe(2);
    expect(metrics.text().match(/# TYPE a_total/g)).toHaveLength(1);
  });
  it('escapes what would break a line', () => {
    const metrics = new Metrics();
    metrics.counter('a_total', 'One\\two\nthree.').add({ text: 'a"b\\c\nd' });
    expect(metrics.text()).toBe('# HELP a_total One\\\\two\\nthree.\n# TYPE a_total counter\na_total{text="a\\"b\\\\c\\nd"} 1\n');
  });
  it('writes infinities as Prometheus does', () => {
    const metrics = new Metrics();
    metrics.gauge('up', 'Up.', () => Infinity);
    metrics.gauge('down', 'Down.', () => -Infinity);
    expect(metrics.text()).toContain('\nup +Inf\n');
    expect(metrics.text()).toContain('\ndown -Inf\n');
  });
});
