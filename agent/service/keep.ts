import { join } from 'node:path';
import { LabwatchError } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { VERSION } from '../../runtime/version.ts';
import { Backoff } from '../core/link/backoff.ts';
import { problemOf, writeStatus } from '../core/status-file.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** The part of an agent that keeping it needs. */
export interface Kept {
  start(): Promise<void>;
  stop(reason: 'stopped' | 'shutdown'): Promise<void>;
  readonly lookedAt: number;
  /** The machine woke from sleep. */
  wake(): void;
}

/** A look at the machine is finished every minute; after this time without one the agent counts as hung. */
const HUNG_MS = 5 * 60_000;

/**
 * Keeps an agent at work as a service does: what a person must mend (a refused token, a broken configuration, a full disk) is one
 * line in the log and in the status, and is tried again by itself every few minutes, with the settings read anew.
 * So a service manager has nothing to restart, and a server is not asked by a refused machine every few seconds.
 */
export class Keeper {
  readonly #make: () => Promise<{ readonly agent: Kept; readonly home: string }>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #backoff: Backoff;
  #agent: Kept | undefined;
  #stopped = false;
  #timer: Timer | undefined;
  #wake: () => void = () => undefined;
  #home: string | undefined;

  /** @param options.make reads the settings and makes an agent of them; called again for each attempt */
  constructor(options: {
    make: () => Promise<{ readonly agent: Kept; readonly home: string }>;
    clock: Clock;
    log: Log;
    /** As Math.random. */
    random: () => number;
  }) {
    this.#make = options.make;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#backoff = new Backoff(options.random);
  }

  /** Whether the agent looks at its machine, or waits to try again. */
  works(): boolean {
    return this.#agent === undefined || this.#clock.mono() - this.#agent.lookedAt < HUNG_MS;
  }

  wake(): void {
    this.#agent?.wake();
  }

  /** Returns when an agent is at work, or after `stop`. Never throws. */
  async start(): Promise<void> {
    let said: string | undefined;
    while (!this.#stopped) {
      try {
        const { agent, home } = await this.#make();
        this.#home = home;
        await agent.start();
        this.#agent = agent;
        if (this.#stopped) await agent.stop('stopped');
        return;
      } catch (error) {
        said = this.#complain(error, said);
      }
      await this.#pause();
    }
  }

  /** To be called in any state. */
  async stop(reason: 'stopped' | 'shutdown'): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#wake();
    await this.#agent?.stop(reason);
    this.#agent = undefined;
  }

  /** One line per reason, however often it comes again. @returns its code */
  #complain(error: unknown, said: string | undefined): string {
    const problem = problemOf(error);
    if (problem.code !== said) {
      if (error instanceof LabwatchError) this.#log.error({ code: problem.code }, problem.en);
      else this.#log.error({ err: error }, 'the agent could not start');
    }
    if (this.#home !== undefined) {
      const nothing = { waiting: 0, dropped: 0, diskFull: false, probes: [], counts: {} };
      const now = { at: this.#clock.now(), pid: process.pid, version: VERSION, running: false, link: 'stopped', problem } as const;
      writeStatus(join(this.#home, 'agent', 'status.json'), { ...now, ...nothing });
    }
    return problem.code;
  }

  async #pause(): Promise<void> {
    const pause = Promise.withResolvers<void>();
    this.#wake = pause.resolve;
    this.#timer = this.#clock.after(this.#backoff.slow(), pause.resolve);
    if (!this.#stopped) await pause.promise;
  }
}
