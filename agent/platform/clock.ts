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

/**
 * `os.uptime()` reads CLOCK_BOOTTIME (Linux) or GetTickCount64 (Windows): both count sleep and both are the same for
 * every process, so `mono` can be compared between two runs of the agent in one boot.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => Math.round(uptime() * 1000),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
    return { cancel: () => clearTimeout(timer) };
  },
};
