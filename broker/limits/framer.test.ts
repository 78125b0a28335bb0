import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { CONNECT, Framer, PUBLISH } from './framer.ts';

const publish = (length: number): Buffer =>
  generate({ cmd: 'publish', topic: 'a', payload: Buffer.alloc(length), qos: 0, retain: false, dup: false });
const ping = generate({ cmd: 'pingreq' });

/** Feeds bytes in pieces of one size and returns the types seen. */
function types(bytes: Buffer, size: number, framer = new Framer(65_536)): (number | string)[] {
  const seen: (number | string)[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const framed = framer.feed(bytes.subarray(at, at + size), (type) => {
      seen.push(type);
      return 'pass';
    });
    if ('refusal' in framed) return [...seen, framed.refusal];
  }
  return seen;
}

describe('the framer', () => {
  // 127/128 and 16383/16384 are where a length needs one byte more (MQTT 3.1.1, table 2.4).
  const packets = [0, 124, 125, 16_380, 16_381, 40_000].map(publish);
  const bytes = Buffer.concat([...packets, ping, ...packets.toReversed(), ping]);

  test.each([1, 2, 3, 7, 1_000, 1_000_000])('finds every packet in pieces of %i bytes', (size) => {
    expect(types(bytes, size)).toEqual([...packets.map(() => PUBLISH), 12, ...packets.map(() => PUBLISH), 12]);
  });

  test('holds at the start of a packet and goes on there', () => {
    const framer = new Framer(65_536);
    const both = Buffer.concat([publish(10), ping]);
    const first = framer.feed(both, (type) => (type === PUBLISH ? 'pass' : 'hold'));
    expect(first).toEqual({ passed: publish(10).length });
    expect(framer.feed(ping, () => 'pass')).toEqual({ passed: ping.length });
  });

  test('refuses a length over the limit as soon as it is known', () => {
    expect(types(publish(70_000).subarray(0, 4), 1)).toEqual([PUBLISH, 'packet-too-large']);
    expect(types(Buffer.from([0x30, 0xff, 0xff, 0xff]), 4)).toEqual([PUBLISH, 'packet-too-large']);
  });

  test('counts the fixed header in: exactly the limit passes, one more does not', () => {
    const packet = publish(1_000);
    expect(types(packet, 64, new Framer(packet.length))).toEqual([PUBLISH]);
    expect(types(packet, 64, new Framer(packet.length - 1))).toEqual([PUBLISH, 'packet-too-large']);
  });

  test('refuses a length of more than four bytes', () => {
    expect(types(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), 1)).toEqual([PUBLISH, 'malformed']);
  });

  test('passes on what the gate says', () => {
    const verdict = new Framer(100).feed(ping, (type) => (type === CONNECT ? 'pass' : 'not-mqtt'));
    expect(verdict).toEqual({ refusal: 'not-mqtt' });
  });
});
