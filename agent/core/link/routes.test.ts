import { expect, test } from 'vitest';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { Routes, routesOf } from './routes.ts';
import { Takeovers } from './takeovers.ts';

const DAY = 86_400_000;
const URLS = ['mqtts://a:8883', 'wss://a:8084', 'wss://a/mqtt'];

function routes(clock: ManualClock, kept?: string): { routes: Routes; notes: string[] } {
  const notes: string[] = [];
  return { routes: new Routes({ urls: URLS, kept, keep: (note) => notes.push(note), clock }), notes };
}

test('one address of MQTT over TLS gets WebSocket as a way round; a list is taken as it is', () => {
  expect(routesOf({ url: 'mqtts://broker.example:8883' })).toEqual([
    'mqtts://broker.example:8883',
    'wss://broker.example:8084',
    'wss://broker.example/mqtt',
  ]);
  expect(routesOf({ url: 'mqtts://broker.example:8900' })).toEqual(['mqtts://broker.example:8900']);
  expect(routesOf({ url: 'mqtt://127.0.0.1:1883' })).toEqual(['mqtt://127.0.0.1:1883']);
  expect(routesOf({ url: 'mqtts://a:8883', urls: ['mqtts://a:8883', 'mqtts://b:8883'] })).toEqual(['mqtts://a:8883', 'mqtts://b:8883']);
});

test('all have their turn, then there is a pause; the one that worked stays', () => {
  const clock = new ManualClock();
  const { routes: tried, notes } = routes(clock);
  expect([tried.failed(), tried.url]).toEqual([true, URLS[1]]);
  expect([tried.failed(), tried.url]).toEqual([true, URLS[2]]);
  expect([tried.failed(), tried.url]).toEqual([false, URLS[0]]);
  tried.failed();
  tried.worked();
  expect(tried.url).toBe(URLS[1]);
  expect(notes).toEqual([`${URLS[1]} ${clock.now()}`]);
  // A line that breaks is no reason to go elsewhere: the same address is tried first.
  expect(tried.url).toBe(URLS[1]);
});

test('a restart goes on where it worked, for a day; a clock that was set ends that', async () => {
  const clock = new ManualClock();
  const kept = `${URLS[1]} ${clock.now()}`;
  await clock.pass(DAY / 2);
  expect(routes(clock, kept).routes.url).toBe(URLS[1]);
  expect(routes(clock, kept).routes.again).toBe(DAY / 2);
  await clock.pass(DAY / 2);
  expect(routes(clock, kept).routes.url).toBe(URLS[0]);
  clock.set(1_262_304_000_000);
  expect(routes(clock, kept).routes.url).toBe(URLS[0]);
  for (const odd of ['', 'nonsense', `${URLS[1]} x`, `wss://gone ${clock.now()}`]) expect(routes(clock, odd).routes.url).toBe(URLS[0]);
});

test('after a day the better ones are tried again', async () => {
  const clock = new ManualClock();
  const { routes: tried } = routes(clock);
  expect(tried.again).toBeUndefined();
  tried.failed();
  tried.worked();
  await clock.pass(DAY / 4);
  expect(tried.again).toBe((DAY * 3) / 4);
  tried.restart();
  expect([tried.url, tried.again]).toEqual([URLS[0], undefined]);
});

test('three takeovers in ten minutes are noticed; what explains itself, and what is rare, is not', async () => {
  const clock = new ManualClock();
  const takeovers = new Takeovers(clock);
  expect([takeovers.ended(2_000), takeovers.ended(5_000), takeovers.ended(60_000)]).toEqual([false, false, true]);
  // Told once, then counted anew.
  expect(takeovers.ended(2_000)).toBe(false);
  takeovers.ended(2_000);
  takeovers.explained();
  expect(takeovers.ended(2_000)).toBe(false);
  for (let i = 0; i < 10; i++) {
    await clock.pass(400_000);
    expect(takeovers.ended(2_000)).toBe(false);
  }
});
