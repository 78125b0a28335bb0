import { uptime } from 'node:os';

/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** The machine's clocks and timers; tests turn their own. */
export interface Clock {
  /** Wall clock, epoch ms. May be wrong by years and may jump. */
  now(): number;
  /** Milliseconds since boot, sleep included; never goes back within a boot. Whole number. */
  mono(): number;
  /** Calls `run` once after `ms` of awake time. */
  after(ms: number, run: () => void): Timer;
}

/** A look at the machine asks for the time a dozen times, and each would open a file. */
const SAME_MS = 5;
let askedAt = -Infinity;
let asked = 0;

/** Milliseconds since boot; what was asked within the last few milliseconds is not asked again. */
function sinceBoot(): number {
  const now = performance.now();
  if (now - askedAt >= SAME_MS) {
    asked = Math.round(uptime() * 1000);
    askedAt = now;
  }
  return asked;
}

/**
 * `os.uptime()` reads CLOCK_BOOTTIME (Linux) or GetTickCount64 (Windows): both count sleep and both are the same for
 * every process, so `mono` can be compared between two runs of the agent in one boot.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: sinceBoot,
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    return { cancel: () => clearTimeout(timer) };
  },
};
