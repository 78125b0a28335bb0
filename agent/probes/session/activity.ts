import { touched, type InputCounters } from './parse.ts';

/** Follows the input counters and says how long nothing has been touched. */
export class Activity {
  #before: InputCounters | undefined;
  #touchedAt: number | undefined;
  /** Every device has been counted since the look before this one, or longer. */
  #watching = false;

  /**
   * @param mono milliseconds since boot
   * @returns seconds since the last touch; since boot when none was seen while every device was counted, so that the start
   * of the agent is never taken for a touch; null when it cannot be told: at the first look, or while a device is there
   * whose use cannot be counted
   */
  look(counters: InputCounters, mono: number): number | null {
    const before = this.#before;
    this.#before = counters;
    const watched = this.#watching;
    this.#watching = counters.complete;
    if (before !== undefined && touched(before, counters)) {
      this.#touchedAt = mono;
      return 0;
    }
    if (!counters.complete) {
      // What is not counted may be touched from now on at any time.
      this.#touchedAt = undefined;
      return null;
    }
    return watched ? Math.max(0, Math.floor((mono - (this.#touchedAt ?? 0)) / 1000)) : null;
  }
}
