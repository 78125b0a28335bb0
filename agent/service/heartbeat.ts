import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BEAT_MS = 60_000;

/**
 * Tells a watch outside this process that the agent works: a number in `$RUNTIME_DIRECTORY/alive` (memory, not disk) that goes up
 * each minute in which `works()` holds. Without such a folder it does nothing.
 */
export class Heartbeat {
  readonly #path: string | undefined;
  readonly #works: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(works: () => boolean, env: NodeJS.ProcessEnv = process.env) {
    const folder = env['RUNTIME_DIRECTORY']?.split(':')[0];
    this.#path = folder === undefined || folder === '' ? undefined : join(folder, 'alive');
    this.#works = works;
  }

  start(everyMs = BEAT_MS): void {
    if (this.#path === undefined) return;
    this.#beat();
    this.#timer = setInterval(() => {
      if (this.#works()) this.#beat();
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#count += 1;
    try {
      // The process belongs to the number: a new one never continues where a dead one was last seen.
      writeFileSync(this.#path!, `${process.pid}-${this.#count}\n`);
    } catch {
      // Then the watch takes this agent for hung and restarts it, which makes the folder anew.
    }
  }
}
