import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BEAT_MS = 60_000;

/** Tells a watch outside the event loop that the agent works: a beat at once, and each minute in which `works()` holds. */
export class Heartbeat {
  readonly #works: () => boolean;
  readonly #beat: ((count: number) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  /** @param beat gets 1, 2, 3 …; without it nothing is done */
  constructor(works: () => boolean, beat: ((count: number) => void) | undefined) {
    this.#works = works;
    this.#beat = beat;
  }

  start(everyMs = BEAT_MS): void {
    if (this.#beat === undefined) return;
    this.#tell();
    this.#timer = setInterval(() => {
      if (this.#works()) this.#tell();
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    this.#count += 1;
    this.#beat?.(this.#count);
  }
}

/**
 * Beats into `$RUNTIME_DIRECTORY/alive` (memory, not disk), which the watch of the systemd unit reads.
 * @returns undefined when no service manager made such a folder
 */
export function aliveFile(env: NodeJS.ProcessEnv = process.env): ((count: number) => void) | undefined {
  const folder = env['RUNTIME_DIRECTORY']?.split(':')[0];
  if (folder === undefined || folder === '') return undefined;
  return (count) => {
    try {
      // The process belongs to the number: a new one never continues where a dead one was last seen.
      writeFileSync(join(folder, 'alive'), `${process.pid}-${count}\n`);
    } catch {
      // Then the watch takes this agent for hung and restarts it, which makes the folder anew.
    }
  };
}
