import { describe, expect, test } from 'vitest';
import { moveCursor, runAt, runsOf } from './runs.ts';

const day = (...parts: [string, number][]) => parts.map(([letter, count]) => letter.repeat(count)).join('');

describe('runsOf', () => {
  test('neighbours alike become one run, and all runs together are the day', () => {
    const runs = runsOf(day(['o', 420], ['i', 3], ['a', 57], ['b', 60], ['u', 300], ['f', 600]));
    expect(runs).toEqual([
      { state: 'off', from: 0, to: 420 },
      { state: 'idle', from: 420, to: 423 },
      { state: 'active', from: 423, to: 480 },
      { state: 'blind', from: 480, to: 540 },
      { state: 'unknown', from: 540, to: 840 },
      { state: 'future', from: 840, to: 1440 },
    ]);
  });
  test('the worst day has 1,440 runs', () => {
    const runs = runsOf('oa'.repeat(720));
    expect(runs).toHaveLength(1440);
    expect(runs.every((run) => run.to === run.from + 1)).toBe(true);
  });
  test('an unknown letter is unknown, not off', () => {
    expect(runsOf('x')).toEqual([{ state: 'unknown', from: 0, to: 1 }]);
    expect(runsOf('')).toEqual([]);
  });
});

describe('the cursor', () => {
  const runs = runsOf(day(['o', 420], ['a', 60], ['o', 960]));
  test('finds its run', () => {
    expect(runAt(runs, 420)?.state).toBe('active');
    expect(runAt(runs, 480)?.state).toBe('off');
    expect(runAt(runs, 1440)).toBeUndefined();
  });
  test('steps, jumps an hour and stays in the day', () => {
    expect(moveCursor(runs, 0, 'ArrowLeft', false)).toBe(0);
    expect(moveCursor(runs, 10, 'ArrowRight', false)).toBe(11);
    expect(moveCursor(runs, 10, 'PageUp', false)).toBe(70);
    expect(moveCursor(runs, 1439, 'PageUp', false)).toBe(1439);
    expect(moveCursor(runs, 5, 'End', false)).toBe(1439);
    expect(moveCursor(runs, 5, 'x', false)).toBeUndefined();
  });
  test('jumps from change to change', () => {
    expect(moveCursor(runs, 10, 'ArrowRight', true)).toBe(420);
    expect(moveCursor(runs, 450, 'ArrowLeft', true)).toBe(420);
    expect(moveCursor(runs, 420, 'ArrowLeft', true)).toBe(419);
    expect(moveCursor(runs, 1000, 'ArrowRight', true)).toBe(1439);
  });
});
