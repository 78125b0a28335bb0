import { expect, test } from 'vitest';
import { IDLE, next, retryDelay } from './connection.ts';

test('a stream opens, is lost, and keeps since when until it is back', () => {
  let state = next(IDLE, 'start', 1);
  expect(state.phase).toBe('connecting');
  state = next(state, 'hello', 2);
  expect(state).toEqual({ phase: 'live', failures: 0, awaySince: null });
  state = next(next(state, 'lost', 10), 'lost', 20);
  expect(state).toEqual({ phase: 'away', failures: 2, awaySince: 10 });
  expect(next(state, 'hello', 30).awaySince).toBeNull();
});

test('after logging out a late failure says nothing', () => {
  const state = next(next(IDLE, 'start', 1), 'stop', 2);
  expect(next(state, 'lost', 3)).toBe(state);
});

test('starting twice changes nothing', () => {
  const live = next(next(IDLE, 'start', 1), 'hello', 2);
  expect(next(live, 'start', 3)).toBe(live);
});

test('waiting doubles to half a minute and is spread', () => {
  expect(retryDelay(1, 1)).toBe(1000);
  expect(retryDelay(1, 0)).toBe(500);
  expect(retryDelay(3, 1)).toBe(4000);
  expect(retryDelay(50, 1)).toBe(30_000);
});
