import { touched, type InputCounters } from './parse.ts';

/** Follows the input counters and says how long nothing has been touched. */
export class Activity {
  #before: InputCounters | undefined;
  /** Since when nothing has surely been touched; undefined while that cannot be said. */
  #quietSince: number | undefined;

  /**
   * @param mono milliseconds on a clock that never goes back
   * @returns seconds since the last touch (when none was seen yet: since watching began, so at least that long), or null
   * when it cannot be told: at the first look, or while a device is there whose use cannot be counted
   */
  look(counters: InputCounters, mono: number): number | null {
    const before = this.#before;
    this.#before = counters;
    if (before !== undefined && touched(before, counters)) {
      this.#quietSince = mono;
      return 0;
    }
    if (!counters.complete) {
      this.#quietSince = undefined;
      return null;
    }
    if (this.#quietSince === undefined) {
      this.#quietSince = mono;
      return null;
    }
    return Math.max(0, Math.floor((mono - this.#quietSince) / 1000));
  }
}
