import { expect, test } from 'vitest';
import { Backoff, pause } from './backoff.ts';
import { ChangeFeed } from './change-feed.ts';

test('pauses double up to the longest, with a random half, and start anew after a success', () => {
  const backoff = new Backoff({ first: 100, most: 1_000 });
  expect([0, 0, 0, 0, 0, 0].map(() => backoff.next(() => 1))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(backoff.next(() => 0)).toBe(500);
  backoff.reset();
  expect(backoff.next(() => 0)).toBe(50);
});

test('a pause ends at once when its signal fires', async () => {
  const stop = new AbortController();
  const waiting = pause(3_600_000, stop.signal);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
  await expect(pause(3_600_000, stop.signal)).resolves.toBeUndefined();
});

test('a listener that throws keeps nothing from its neighbours, and an ended subscription hears no more', () => {
  const feed = new ChangeFeed();
  const heard: string[][] = [];
  feed.subscribe(() => {
    throw new Error('a page went away');
  });
  const end = feed.subscribe((devices) => heard.push([...devices]));
  feed.publish(['a']);
  feed.publish([]);
  end();
  feed.publish(['b']);
  expect(heard).toEqual([['a']]);
});
