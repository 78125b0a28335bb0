import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { broadcastOf, broadcasts, magicPacket, wake } from './wake.ts';

test('the packet is six bytes of FF and sixteen times the address', () => {
  const packet = magicPacket('00:1b:21:aa:bb:cc');
  expect(packet).toHaveLength(102);
  expect(packet.toString('hex')).toBe(`${'ff'.repeat(6)}${'001b21aabbcc'.repeat(16)}`);
  expect(() => magicPacket('00:1b:21')).toThrow('not a MAC address');
});

test.each([
  ['192.168.1.7/24', '192.168.1.255'],
  ['10.3.4.5/8', '10.255.255.255'],
  ['172.16.5.9/22', '172.16.7.255'],
  ['192.168.1.7/30', '192.168.1.7'],
  ['192.168.1.7/32', undefined],
  ['fe80::1/64', undefined],
  ['', undefined],
])('the broadcast address of %s is %s', (cidr, address) => expect(broadcastOf(cidr)).toBe(address));

test('the networks of this machine, the one of all of them last', () => expect(broadcasts().at(-1)).toBe('255.255.255.255'));

test('it goes out over a real socket, three times each', async () => {
  const sleeper = createSocket('udp4');
  sleeper.bind(0, '127.0.0.1');
  await once(sleeper, 'listening');
  const heard: string[] = [];
  const all = Promise.withResolvers<void>();
  sleeper.on('message', (packet) => {
    heard.push(packet.toString('hex'));
    if (heard.length === 6) all.resolve();
  });
  const macs = ['00:1b:21:aa:bb:cc', '00:1b:21:aa:bb:dd'];
  expect(await wake(macs, ['127.0.0.1'], sleeper.address().port)).toBe(true);
  await all.promise;
  sleeper.close();
  expect(new Set(heard)).toEqual(new Set(macs.map((mac) => magicPacket(mac).toString('hex'))));
});

test('nothing to send is not sent', async () => expect(await wake([], ['127.0.0.1'], 9)).toBe(false));
