import { existsSync } from 'node:fs';
import type { UpdateReason } from '../../protocol/release.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { agentFail } from '../errors.ts';
import type { Server } from './ask.ts';
import type { UpdateMemory } from './state.ts';
import type { TrialState } from './trial.ts';
import type { Outcome, Updater } from './updater.ts';

const MINUTE_MS = 60_000;
/** The first look comes within this many times the calm after a start, so that a province does not ask at once. */
const SPREAD = 3;
const SPREAD_MS = 30 * MINUTE_MS;
/** A machine that is not enrolled yet has nobody to ask. */
const NOBODY_MS = 20_000;
const TIDY_AFTER_MS = 10_000;
const QUIET_AGAIN_MS = 15 * MINUTE_MS;
/** A machine that waits for its turn asks this often and then leaves it for the next day. */
const MOST_WAITS = 60;

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly memory: UpdateMemory;
  /** PEM file of the installation; while it is not there, nothing is asked and nothing is updated. */
  readonly keyFile: string;
  readonly trial: TrialState;
  readonly version: string;
  /** After a start nothing happens for this long: a lab that has just been switched on has enough to do. */
  readonly calmMs: number;
  /** Loads what it takes to update; called when it is first needed. */
  readonly load: () => Promise<Updater>;
  /** Undefined until this machine is enrolled, and when no server is known. */
  readonly server: () => Server | undefined;
  /** Hours in which nothing heavy is done. */
  readonly quiet: () => boolean;
  readonly tell: (code: 'update_failed' | 'update_rolled_back', facts: { release?: string; cause: UpdateReason }) => void;
  /** Ends this process; the service manager starts the executable that lies in its place. */
  readonly restart: () => void;
  /** Gives back what a look has touched: a connection over TLS, perhaps a file. */
  readonly reclaim: () => Promise<unknown>;
}

/** A line that was cut off is worth another try the same day: what came is kept. */
const CUT_OFF_MS = 60 * MINUTE_MS;

/** When to look again, ms, if that is before the next day. */
function soonOf(outcome: Outcome): number | undefined {
  if (outcome.is === 'wait') return outcome.seconds * 1000;
  return outcome.is === 'failed' && outcome.reason === 'download' ? CUT_OFF_MS : undefined;
}

/** When to look for a new version: once a day, at another minute each time, and when somebody asks. Idle in between. */
export class UpdateSchedule implements Lifecycle {
  readonly #o: ScheduleOptions;
  #updater: Promise<Updater> | undefined;
  #timer: Timer | undefined;
  #looking: Promise<Outcome> | undefined;
  #waits = 0;
  #told = '';
  #started = false;

  constructor(options: ScheduleOptions) {
    this.#o = options;
  }

  async start(): Promise<void> {
    const { memory, trial, clock, tell, log } = this.#o;
    this.#started = true;
    memory.load();
    if (trial.is === 'back') {
      memory.blame(trial.release, trial.reason, clock.now());
      log.warn(agentFail('AGENT_UPDATE_WENT_BACK', { release: trial.release, why: trial.reason }).line());
      tell('update_rolled_back', { release: trial.release, cause: trial.reason });
    }
    this.#later(this.#o.calmMs * (1 + SPREAD * this.#o.random()) + memory.dueIn(clock.now()));
    if (memory.state.have !== undefined) void this.#resume();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#timer?.cancel();
    await (await this.#updater)?.stop();
  }

  /** The new version has proved itself: neighbours and the server learn of it soon. */
  proved(): void {
    this.#o.memory.proved(this.#o.version);
    this.#later(MINUTE_MS * (1 + this.#o.random()));
  }

  /** Looks now, quiet hours or not. A look that is on its way is joined. */
  look(): Promise<Outcome> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<Outcome> {
    if (!existsSync(this.#o.keyFile)) return this.#take({ is: 'current' });
    let outcome: Outcome;
    try {
      const server = this.#o.server();
      if (server === undefined) {
        this.#later(NOBODY_MS);
        return { is: 'current' };
      }
      outcome = await (await this.#load()).look(server);
    } catch (error) {
      outcome = { is: 'failed', reason: 'other', why: (error as Error).message };
    }
    if (outcome.is !== 'restart') this.#tidy();
    return this.#take(outcome);
  }

  #tidy(): void {
    this.#o.clock.after(TIDY_AFTER_MS, () => void this.#o.reclaim().catch(() => undefined));
  }

  /** What comes next. */
  #take(outcome: Outcome): Outcome {
    const { clock, random, memory, log, restart } = this.#o;
    if (outcome.is === 'failed') this.#complain(outcome);
    const soon = soonOf(outcome);
    this.#waits = soon === undefined ? 0 : this.#waits + 1;
    if (outcome.is === 'restart') {
      log.info({ release: outcome.release }, 'a new version lies in its place; starting it');
      restart();
    } else if (soon !== undefined && this.#waits < MOST_WAITS) this.#later(soon * (1 + random() / 4));
    else this.#later(Math.max(memory.dueIn(clock.now()), 20 * 60 * MINUTE_MS) + random() * SPREAD_MS);
    return outcome;
  }

  /** One line and one event for each reason, not one a day for the same. */
  #complain({ reason, why, release }: Extract<Outcome, { is: 'failed' }>): void {
    const said = `${reason} ${release ?? ''}`;
    if (said === this.#told) return;
    this.#told = said;
    this.#o.log.warn({ reason }, agentFail('AGENT_UPDATE_FAILED', { release: release ?? '?', why: `${reason}: ${why}` }).line());
    this.#o.tell('update_failed', { cause: reason, ...(release === undefined ? {} : { release }) });
  }

  #load(): Promise<Updater> {
    this.#updater ??= this.#o.load();
    return this.#updater;
  }

  async #resume(): Promise<void> {
    try {
      const server = this.#o.server();
      if (server !== undefined) await (await this.#load()).resume(server);
    } catch (error) {
      this.#o.log.debug({ err: error }, 'neighbours cannot fetch from this machine');
    }
  }

  #later(ms: number): void {
    this.#timer?.cancel();
    if (this.#started) this.#timer = this.#o.clock.after(ms, () => this.#due());
  }

  #due(): void {
    if (this.#o.quiet()) this.#later(QUIET_AGAIN_MS);
    else void this.look();
  }
}
