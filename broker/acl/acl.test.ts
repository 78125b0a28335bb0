import { describe, expect, test } from 'vitest';
import { DOWN_KINDS, topicOf, UP_KINDS, upFilters } from '../../protocol/topics.ts';
import type { Principal } from './principal.ts';
import { mayPublish } from './publish.ts';
import { maySubscribe } from './subscribe.ts';

const ME = 'a'.repeat(26);
const OTHER = 'b'.repeat(26);
const device: Principal = { kind: 'device', id: ME };
const collector: Principal = { kind: 'collector', id: 'labwatch-collector' };
const publish = (principal: Principal, topic: string, over: { retain?: boolean; qos?: number; bytes?: number } = {}) =>
  mayPublish(principal, { topic, retain: false, qos: 1, bytes: 10, ...over });

describe('publishing', () => {
  test('a device: its up topics; the collector: the down topics of all', () => {
    for (const kind of UP_KINDS) {
      expect(publish(device, topicOf(ME, kind))).toBeUndefined();
      expect(publish(device, topicOf(OTHER, kind))).toBe('publish-foreign');
      expect(publish(collector, topicOf(ME, kind))).toBe('publish-topic');
    }
    for (const kind of DOWN_KINDS) {
      expect(publish(device, topicOf(ME, kind))).toBe('publish-topic');
      expect(publish(collector, topicOf(ME, kind))).toBeUndefined();
    }
  });

  test('retained: a device its presence, the collector a config', () => {
    const kept = (principal: Principal, topic: string, bytes = 10) => publish(principal, topic, { retain: true, bytes });
    expect(kept(device, topicOf(ME, 'presence'))).toBeUndefined();
    expect(kept(device, topicOf(ME, 'presence'), 4_096)).toBeUndefined();
    expect(kept(device, topicOf(ME, 'presence'), 4_097)).toBe('publish-retained-size');
    expect(kept(device, topicOf(ME, 'report'))).toBe('publish-retained');
    expect(kept(collector, topicOf(ME, 'config'))).toBeUndefined();
    expect(kept(collector, topicOf(ME, 'ack'))).toBe('publish-retained');
    expect(kept(collector, topicOf(ME, 'command'))).toBe('publish-retained');
  });

  test.each([
    '',
    '/',
    'labwatch/v1',
    `labwatch/v1/${ME}`,
    `labwatch/v1/${ME}/report/x`,
    `/labwatch/v1/${ME}/report`,
    `labwatch/v1/${ME.toUpperCase()}/report`,
  ])('nobody to "%s"', (topic) => {
    expect(publish(device, topic)).toBe('publish-topic');
    expect(publish(collector, topic)).toBe('publish-topic');
  });

  test('nobody with QoS 2', () => {
    expect(publish(device, topicOf(ME, 'report'), { qos: 2 })).toBe('publish-qos');
    expect(publish(collector, topicOf(ME, 'ack'), { qos: 2 })).toBe('publish-qos');
  });
});

describe('subscribing', () => {
  test('a device: its down topics, exactly', () => {
    for (const kind of DOWN_KINDS) expect(maySubscribe(device, topicOf(ME, kind))).toBeUndefined();
    for (const kind of DOWN_KINDS) expect(maySubscribe(device, topicOf(OTHER, kind))).toBe('subscribe-foreign');
    for (const kind of UP_KINDS) expect(maySubscribe(device, topicOf(ME, kind))).toBe('subscribe-topic');
    for (const filter of upFilters()) expect(maySubscribe(device, filter)).toBe('subscribe-wildcard');
  });

  test('the collector: the up filters and $SYS/#, exactly', () => {
    for (const filter of [...upFilters(), '$SYS/#']) expect(maySubscribe(collector, filter)).toBeUndefined();
    expect(maySubscribe(collector, '#')).toBe('subscribe-wildcard');
    expect(maySubscribe(collector, '$SYS/broker/#')).toBe('subscribe-sys');
    expect(maySubscribe(collector, topicOf(ME, 'report'))).toBe('subscribe-topic');
    expect(maySubscribe(collector, topicOf(ME, 'ack'))).toBe('subscribe-topic');
    expect(maySubscribe(collector, `$share/labwatch/${upFilters()[0]}`)).toBe('subscribe-share');
  });
});
