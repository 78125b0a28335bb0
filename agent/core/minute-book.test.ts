import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { MINUTE_MS, MinuteBook, type MinuteRecord, type Observed, type Window, windowsOf } from './minute-book.ts';

const GAP_MS = 42_000;
/** 2026-11-21T00:00:00Z, a wall-clock mark. */
const T0 = 1_795_219_200_000;

const states = (window: Window): string[] =>
  Array.from(window.on, (_, i) => (window.active[i] === '1' ? 'active' : window.blind[i] === '1' ? 'blind' : 'idle'));

/** All minutes that windows say were on, with their state. */
function minutesOf(windows: readonly Window[]): Map<number, string> {
  const minutes = new Map<number, string>();
  for (const window of windows) {
    for (const [i, state] of states(window).entries()) {
      expect(window.on[i]).toBe('1');
      expect(minutes.has(window.minute + i)).toBe(false);
      minutes.set(window.minute + i, state);
    }
  }
  return minutes;
}

interface Look {
  /** Seconds since the start of the scene. */
  readonly second: number;
  readonly seen: boolean;
}

/** A machine seen second by second, independent of the book. */
interface Scene {
  readonly start: number;
  readonly looks: readonly Look[];
  /** Seconds (at .5) in which a person touched it. */
  readonly touches: readonly number[];
}

/** Awake stretches of looks every 20 s at marks of the wall clock, with sleeps between them. */
const scenes: fc.Arbitrary<Scene> = fc
  .record({
    start: fc.integer({ min: 0, max: 599 }),
    stretches: fc.array(
      fc.record({
        awake: fc.integer({ min: 1, max: 1500 }),
        asleep: fc.integer({ min: 63, max: 1500 }),
        seen: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
        touches: fc.array(fc.integer({ min: 0, max: 1499 }), { maxLength: 30 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ start, stretches }) => {
    const looks: Look[] = [];
    const touches: number[] = [];
    let second = 0;
    for (const { awake, asleep, seen, touches: within } of stretches) {
      const end = second + awake;
      looks.push({ second, seen: true });
      for (let at = second + 1; at <= end; at++) {
        if ((start + at) % 20 === 0) looks.push({ second: at, seen: seen[Math.floor((at - second) / 120) % seen.length]! });
      }
      touches.push(...within.filter((each) => each < awake).map((each) => second + each + 0.5));
      second = end + asleep;
    }
    return { start, looks, touches: touches.toSorted((a, b) => a - b) };
  });

const lastTouch = (scene: Scene, second: number): number | undefined => scene.touches.findLast((touch) => touch <= second);

function play(scene: Scene, book: MinuteBook, upTo = scene.looks.length): Observed[] {
  return scene.looks.slice(0, upTo).map(({ second, seen }) => {
    const at = T0 + (scene.start + second) * 1000;
    const touch = lastTouch(scene, second);
    const touchedAt = seen && touch !== undefined ? { touchedAt: T0 + (scene.start + touch) * 1000 } : {};
    return book.observe({ at, mono: second * 1000 }, { seen, ...touchedAt });
  });
}

interface Truth {
  on: boolean;
  covered: number;
  seen: number;
  touched: boolean;
}

/** The oracle: walks every second between the looks and judges each minute by the words of the definition. */
function truthOf(scene: Scene): Map<number, Truth> {
  const minutes = new Map<number, Truth>();
  const minuteAt = (second: number): number => Math.floor((T0 / 1000 + scene.start + second) / 60);
  for (let i = 1; i < scene.looks.length; i++) {
    const { second: from } = scene.looks[i - 1]!;
    const { second: to, seen } = scene.looks[i]!;
    if ((to - from) * 1000 > GAP_MS) continue;
    for (let second = from; second < to; second++) {
      const minute = minuteAt(second);
      const truth = minutes.get(minute) ?? { on: false, covered: 0, seen: 0, touched: false };
      truth.covered += 1;
      if (seen) truth.seen += 1;
      if (truth.covered >= 30 || (scene.start + second) % 60 === 59) truth.on = true;
      minutes.set(minute, truth);
    }
  }
  for (const touch of scene.touches) {
    const truth = minutes.get(minuteAt(touch));
    if (truth !== undefined) truth.touched = true;
  }
  return minutes;
}

describe('against an oracle that walks every second', () => {
  test('on is exact; active and blind are true, and complete where everything was seen', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const book = new MinuteBook({ gapMs: GAP_MS, reportMinutes: 5 });
        const observed = play(scene, book);
        const last = scene.looks.at(-1)!;
        const end = book.finish({ at: T0 + (scene.start + last.second) * 1000, mono: last.second * 1000 }, { seen: true });
        const told = minutesOf([...observed, end].flatMap(({ closed }) => closed));
        const truth = truthOf(scene);
        const on = Array.from(truth).filter(([, each]) => each.on);
        expect(new Set(told.keys())).toEqual(new Set(on.map(([minute]) => minute)));
        for (const [minute, { touched, seen, covered }] of on) {
          const untouched = seen * 2 < covered ? 'blind' : 'idle';
          const allowed = seen === covered ? [touchSeen(scene, minute) ? 'active' : 'idle'] : touched ? ['active', untouched] : [untouched];
          expect(allowed).toContain(told.get(minute));
        }
      }),
      { numRuns: 400 },
    );
  });

  /** Whether a look told of a touch in that minute: one that nothing hid, in a stretch the agent saw. */
  function touchSeen(scene: Scene, minute: number): boolean {
    return scene.looks.some(({ second, seen }) => {
      const touch = seen ? lastTouch(scene, second) : undefined;
      return touch !== undefined && Math.floor((T0 / 1000 + scene.start + touch) / 60) === minute;
    });
  }

  test('windows are at most five minutes, end at marks, and end when the state of use changes', () => {
    fc.assert(
      fc.property(scenes, fc.integer({ min: 1, max: 5 }), ({ looks, ...rest }, reportMinutes) => {
        // A touch that is only told when the blind is lifted may change a minute in the midst of a window.
        const scene = { ...rest, looks: looks.map(({ second }) => ({ second, seen: true })) };
        const book = new MinuteBook({ gapMs: GAP_MS, reportMinutes });
        for (const window of play(scene, book).flatMap(({ closed }) => closed)) {
          expect(window.span).toBeLessThanOrEqual(reportMinutes);
          expect([window.on.length, window.active.length, window.blind.length]).toEqual([window.span, window.span, window.span]);
          for (let i = 0; i < window.span - 1; i++) expect((window.minute + i + 1) % 5).not.toBe(0);
          expect(new Set(states(window).slice(0, -1)).size).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a crash at any moment loses at most the minute that was not over', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), (scene, where) => {
        const book = new MinuteBook({ gapMs: GAP_MS, reportMinutes: 5 });
        const kept = new Map<number, MinuteRecord>();
        const stored: Window[] = [];
        const looks = 1 + (where % scene.looks.length);
        for (const { closed, ended } of play(scene, book, looks)) {
          stored.push(...closed);
          for (const { minute, span } of closed) for (let i = 0; i < span; i++) kept.delete(minute + i);
          for (const record of ended) kept.set(record.minute, record);
        }
        const rows = Array.from(kept.values()).toSorted((a, b) => a.minute - b.minute);
        const told = minutesOf([...stored, ...windowsOf(rows)]);
        const crashed = { ...scene, looks: scene.looks.slice(0, looks) };
        const current = Math.floor((T0 / 1000 + scene.start + crashed.looks.at(-1)!.second) / 60);
        const on = Array.from(truthOf(crashed))
          .filter(([, truth]) => truth.on)
          .map(([minute]) => minute);
        expect(new Set([...told.keys(), current])).toEqual(new Set([...on, current]));
      }),
      { numRuns: 300 },
    );
  });

  test('whatever somebody does to the clock, the minutes of a window and its clocks fit together', () => {
    const jumps = fc.array(
      fc.record({
        at: fc.integer({ min: 1, max: 200 }),
        by: fc.oneof(fc.integer({ min: 91, max: 10_000_000 }), fc.integer({ min: -10_000_000, max: -91 })),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(jumps, (set) => {
        const book = new MinuteBook({ gapMs: GAP_MS, reportMinutes: 5 });
        const windows: Window[] = [];
        let offset = 0;
        let changes = 0;
        // The machine runs all the time: every minute a window tells of, put right by the window's own clocks, was on.
        for (let i = 0; i < 200; i++) {
          const by = set.filter((jump) => jump.at === i).reduce((sum, jump) => sum + jump.by, 0);
          if (i > 0 && Math.abs(by) > 90) changes += 1;
          offset += Math.abs(by) > 90 ? by : 0;
          const observed = book.observe({ at: T0 + 200_000_000_000 + i * 20_000 + offset * 1000, mono: i * 20_000 }, { seen: true });
          windows.push(...observed.closed);
          if (observed.clockChange !== undefined) changes -= 1;
        }
        expect(changes).toBe(0);
        for (const { minute, span, at, mono } of windows) {
          // True time runs with mono from 0 to 199 * 20 s.
          const first = minute * MINUTE_MS - at + mono;
          const last = first + span * MINUTE_MS;
          expect(first).toBeGreaterThan(-60_000);
          expect(last).toBeLessThan(199 * 20_000 + 60_000);
          expect(last - mono).toBeLessThanOrEqual(30_000);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('by hand', () => {
  const looker = (reportMinutes = 5) => {
    const book = new MinuteBook({ gapMs: GAP_MS, reportMinutes });
    return {
      book,
      look: (second: number, use: { seen: boolean; touched?: number } = { seen: true }) =>
        book.observe(
          { at: T0 + second * 1000, mono: second * 1000 },
          { seen: use.seen, ...(use.touched === undefined ? {} : { touchedAt: T0 + use.touched * 1000 }) },
        ),
      every20: (from: number, to: number, use?: { seen: boolean }) => {
        const closed: Window[] = [];
        for (let second = from; second <= to; second += 20)
          closed.push(...book.observe({ at: T0 + second * 1000, mono: second * 1000 }, use ?? { seen: true }).closed);
        return closed;
      },
    };
  };

  test('an idle machine sends one window at each mark after the first minute', () => {
    const closed = looker().every20(0, 900);
    expect(closed.map(({ minute, span }) => [minute - T0 / MINUTE_MS, span])).toEqual([
      [0, 1],
      [1, 4],
      [5, 5],
      [10, 5],
    ]);
    expect(closed.at(-1)).toMatchObject({ on: '11111', active: '00000', blind: '00000' });
  });

  test('a touch closes the window at the end of its minute', () => {
    const { look, every20 } = looker();
    every20(0, 360);
    expect(look(380, { seen: true, touched: 375 }).closed).toEqual([]);
    look(400, { seen: true, touched: 375 });
    const { closed } = look(420, { seen: true, touched: 375 });
    expect(closed).toMatchObject([{ minute: T0 / MINUTE_MS + 5, span: 2, active: '01' }]);
  });

  test('the first report tells of the current minute, and it stays on even when the machine is stopped in it', () => {
    const { look, book } = looker();
    look(10);
    look(12);
    const claim = book.claim({ at: T0 + 12_000, mono: 12_000 });
    expect(claim).toMatchObject({ minute: T0 / MINUTE_MS, span: 1, on: '1', active: '0', blind: '0' });
    const { closed } = book.finish({ at: T0 + 15_000, mono: 15_000 }, { seen: true });
    expect(minutesOf(closed)).toEqual(new Map([[T0 / MINUTE_MS, 'idle']]));
  });

  test('less than half a minute without its end is not on', () => {
    const { look, book } = looker();
    look(10);
    expect(book.finish({ at: T0 + 39_000, mono: 39_000 }, { seen: true }).closed).toEqual([]);
  });

  test('a minute nobody could see is blind; a touch told later wins while its window is open', () => {
    const { look, every20 } = looker();
    every20(0, 300);
    expect(every20(320, 360, { seen: false })).toMatchObject([{ span: 1, blind: '1' }]);
    expect(every20(380, 480, { seen: false })).toEqual([]);
    expect(look(490, { seen: true, touched: 400 }).closed).toMatchObject([{ span: 2, active: '10', blind: '01' }]);
  });

  test('sleep closes the window as it was and says so', () => {
    const { look, every20 } = looker();
    every20(0, 420);
    const { closed, slept, clockChange } = look(4000);
    expect(slept).toBe(true);
    expect(clockChange).toBeUndefined();
    expect(closed).toMatchObject([{ minute: T0 / MINUTE_MS + 5, span: 2, at: T0 + 420_000, mono: 420_000 }]);
  });

  test('a clock that is set by less than 90 s is only time that passed', () => {
    const { book, every20 } = looker();
    every20(0, 100);
    const { clockChange } = book.observe({ at: T0 + 190_000, mono: 120_000 }, { seen: true });
    expect(clockChange).toBeUndefined();
  });
});
