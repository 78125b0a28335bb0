import type { Log } from '../../runtime/log.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Places } from './places.ts';
import { forgiveStart, giveUp, openTrial, passTrial, type TrialState } from './trial.ts';

/** So long a new version may run without a word of the server, when the one before had one. Time asleep does not count. */
const PROVE_WITHIN_MS = 10 * 60_000;

interface TrialWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends this process. */
  readonly restart: () => void;
  /** Default: ten minutes. */
  readonly withinMs?: number;
}

/** Watches a new version from its first moment until it has proved itself, whatever becomes of its agent. */
export class TrialWatch {
  readonly places: Places;
  readonly state: TrialState;
  readonly #o: TrialWatchOptions;
  #timer: Timer | undefined;
  #open: boolean;

  /** To be made before anything that could fail. */
  constructor(places: Places, version: string, options: TrialWatchOptions) {
    this.places = places;
    this.#o = options;
    let state: TrialState = { is: 'none' };
    try {
      state = openTrial(places, version);
    } catch (error) {
      options.log.warn({ err: error }, 'what lies beside the executable cannot be written; updates may not work');
    }
    this.state = state;
    this.#open = state.is === 'on';
    if (state.is === 'on' && state.connected) this.#timer = options.clock.after(options.withinMs ?? PROVE_WITHIN_MS, () => this.#giveUp());
  }

  get open(): boolean {
    return this.#open;
  }

  /** The server has acknowledged what this version sent: it stays. */
  proved(): void {
    this.#close();
    passTrial(this.places);
  }

  /** A clean stop says nothing against the new version. */
  pause(): void {
    if (this.#open) forgiveStart(this.places);
    this.#close();
  }

  #close(): void {
    this.#open = false;
    this.#timer?.cancel();
  }

  #giveUp(): void {
    this.#close();
    try {
      giveUp(this.places, 'no_connection');
      this.#o.log.warn('this version got no connection where the one before had one; going back');
      this.#o.restart();
    } catch (error) {
      this.#o.log.error({ err: error }, 'this version got no connection, and the one before cannot be put back');
    }
  }
}
