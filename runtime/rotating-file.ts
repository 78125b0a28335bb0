import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A log file that never takes more than twice `maxBytes`: when it is full it becomes `<path>.1`, and the one that was that is
 * gone. For systems without a journal. A line an hour is written, so each is on its own and nothing is kept open; a disk that
 * takes nothing costs only the lines.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #maxBytes: number;

  constructor(path: string, maxBytes = 1024 * 1024) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(line: string): void {
    try {
      if (this.#size() + Buffer.byteLength(line) > this.#maxBytes) this.#turn();
      appendFileSync(this.#path, line, { mode: 0o600 });
    } catch {
      // A log must not end the program.
    }
  }

  #size(): number {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size;
    if (size === undefined) mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    return size ?? 0;
  }

  #turn(): void {
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // Not there yet, or somebody reads it just now: then it is a line longer.
    }
  }
}
