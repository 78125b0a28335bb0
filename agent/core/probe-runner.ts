import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Clock } from '../platform/clock.ts';
import { nodeNet } from '../platform/net.ts';
import {
  isNoData,
  type NoData,
  type Memo,
  type NoDataReason,
  type OpenProbe,
  type PartKind,
  type Platform,
  type Probe,
  type ProbeContext,
  type Sample,
} from '../probes/probe.ts';

const DEFAULT_TIMEOUT_SECONDS = 10;
const LONGEST_BACKOFF_MS = 3_600_000;
/** Probes with a longer interval are not waited for by a tick. */
const QUICK_SECONDS = 60;
/** Probes that run no more often than this may start programs (see Door.run). */
const HEAVY_SECONDS = 3_600;
/** Probes with this interval or a shorter one are sampled at every tick, however often it ticks: it must see a session each time. */
const EVERY_TICK_SECONDS = 20;

/** How a probe is doing; for `agent status` and the agent's own figures. */
export interface ProbeHealth {
  readonly name: string;
  readonly samples: number;
  readonly failures: number;
  readonly noData: Readonly<Partial<Record<NoDataReason, number>>>;
  readonly lastMs: number;
  readonly longestMs: number;
  readonly lastError?: string;
  /** The last sample failed or was late. */
  readonly failing: boolean;
}

interface Slot {
  readonly probe: Probe;
  opened: OpenProbe | undefined;
  /** A sample is under way; it may have been given up and still be running. */
  busy: boolean;
  dueAt: number;
  failuresInRow: number;
  samples: number;
  failures: number;
  noData: Partial<Record<NoDataReason, number>>;
  lastMs: number;
  longestMs: number;
  lastError: string | undefined;
}

/** May start programs, so it waits for the end of quiet hours. */
const isHeavy = (probe: Probe): boolean => probe.intervalSeconds >= HEAVY_SECONDS;
const isQuick = (probe: Probe): boolean => probe.intervalSeconds > 0 && probe.intervalSeconds <= QUICK_SECONDS;

/**
 * Runs the probes: opens each at its first sample, times it, gives it up after its time, and backs off (its interval,
 * doubled per failure in a row, at most an hour) when it throws or is late. A failing probe costs only its own numbers.
 */
export class ProbeRunner implements Lifecycle {
  readonly #slots: Slot[];
  readonly #context: Omit<ProbeContext, 'log'>;
  readonly #clock: Clock;
  readonly #log: Log;
  #tickSeconds: number;
  readonly #onSample: (probe: Probe, sample: Sample) => void;
  #stopped = false;

  constructor(options: {
    probes: readonly Probe[];
    platform: Platform;
    clock: Clock;
    log: Log;
    /** Seconds between two calls of sampleQuick. */
    tickSeconds: number;
    /** What probes keep over restarts; without it, while this runs. */
    memo?: Memo;
    /** Address of the broker, once it is known. */
    broker?: () => string | undefined;
    onSample: (probe: Probe, sample: Sample) => void;
  }) {
    this.#tickSeconds = options.tickSeconds;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onSample = options.onSample;
    this.#context = {
      platform: options.platform,
      door: options.platform.door,
      clock: options.clock,
      memo: options.memo ?? new Map(),
      net: nodeNet,
      broker: options.broker ?? (() => undefined),
    };
    this.#slots = options.probes
      .filter((probe) => probe.platforms.includes(options.platform.name))
      .map((probe) => ({
        probe,
        opened: undefined,
        busy: false,
        dueAt: 0,
        failuresInRow: 0,
        samples: 0,
        failures: 0,
        noData: {},
        lastMs: 0,
        longestMs: 0,
        lastError: undefined,
      }));
  }

  /** Seconds between two calls of sampleQuick. */
  set tickSeconds(seconds: number) {
    this.#tickSeconds = seconds;
  }

  async start(): Promise<void> {
    this.#stopped = false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const slot of this.#slots) {
      try {
        await slot.opened?.close();
      } catch (error) {
        this.#log.debug({ probe: slot.probe.name, err: error }, 'a probe did not close');
      }
      slot.opened = undefined;
    }
  }

  /** Samples the quick probes: those of every tick, and the others that are due. Resolves when each has told or was given up. */
  async sampleQuick(): Promise<void> {
    for (const slot of this.#slots) {
      const { intervalSeconds } = slot.probe;
      const everyTick = intervalSeconds > 0 && intervalSeconds <= Math.max(EVERY_TICK_SECONDS, this.#tickSeconds);
      // The second sample of a rate is the first that tells something: it does not wait.
      if ((everyTick || (isQuick(slot.probe) && slot.samples === 1)) && slot.failuresInRow === 0) slot.dueAt = 0;
    }
    await this.#sample((slot) => isQuick(slot.probe));
  }

  /** Samples the others that are due, one after the other: a machine that has just booted has enough to do. */
  async sampleSlow(heavy = true): Promise<void> {
    for (const slot of this.#slots)
      if (!isQuick(slot.probe) && (heavy || !isHeavy(slot.probe))) await this.#sample((each) => each === slot);
  }

  /** Samples every probe that feeds one of these, due or not. */
  async sampleNow(kinds: readonly PartKind[]): Promise<void> {
    for (const slot of this.#slots) {
      if (!slot.probe.kinds.some((kind) => kinds.includes(kind))) continue;
      slot.dueAt = 0;
      await this.#sample((each) => each === slot);
    }
  }

  health(): ProbeHealth[] {
    return this.#slots.map((slot) => ({
      name: slot.probe.name,
      samples: slot.samples,
      failures: slot.failures,
      noData: { ...slot.noData },
      lastMs: slot.lastMs,
      longestMs: slot.longestMs,
      failing: slot.failuresInRow > 0,
      ...(slot.lastError === undefined ? {} : { lastError: slot.lastError }),
    }));
  }

  async #sample(choose: (slot: Slot) => boolean): Promise<void> {
    const now = this.#clock.mono();
    const due = this.#slots.filter((slot) => choose(slot) && !slot.busy && now >= slot.dueAt);
    await Promise.all(due.map((slot) => this.#sampleOne(slot)));
  }

  async #sampleOne(slot: Slot): Promise<void> {
    if (this.#stopped) return;
    const { probe } = slot;
    const began = performance.now();
    slot.busy = true;
    const work = this.#read(slot).finally(() => {
      slot.busy = false;
    });
    try {
      const sample = await this.#inTime(work, (probe.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000);
      slot.samples += 1;
      slot.failuresInRow = 0;
      if (isNoData(sample)) slot.noData[sample.noData] = (slot.noData[sample.noData] ?? 0) + 1;
      else if (!this.#stopped) this.#onSample(probe, sample);
    } catch (error) {
      slot.failures += 1;
      slot.failuresInRow += 1;
      slot.lastError = (error as Error).message.split('\n')[0]!;
      if (slot.failuresInRow === 1) this.#log.warn({ probe: probe.name, why: slot.lastError }, 'a probe failed');
    }
    slot.lastMs = performance.now() - began;
    slot.longestMs = Math.max(slot.longestMs, slot.lastMs);
    slot.dueAt = this.#clock.mono() + this.#pause(slot);
  }

  /** Until the next sample. A little early, so that the tick it belongs to finds it due. */
  #pause(slot: Slot): number {
    const { intervalSeconds } = slot.probe;
    if (slot.failuresInRow > 0) {
      const base = Math.max(intervalSeconds, 20) * 1000;
      return Math.min(Math.max(LONGEST_BACKOFF_MS, base), base * 2 ** Math.min(slot.failuresInRow, 20)) - 1000;
    }
    return intervalSeconds === 0 ? Infinity : intervalSeconds * 1000 - Math.min(1000, intervalSeconds * 250);
  }

  async #read(slot: Slot): Promise<Sample | NoData> {
    slot.opened ??= await slot.probe.open({ ...this.#context, log: this.#log.child({ probe: slot.probe.name }) });
    return slot.opened.sample();
  }

  async #inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = this.#clock.after(timeoutMs, () => late.reject(new Error(`no answer within ${timeoutMs / 1000} s`)));
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      timer.cancel();
      // What a late probe says after it was given up is nobody's business.
      work.catch(() => undefined);
    }
  }
}
