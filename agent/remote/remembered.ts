import type { Notes } from './config.ts';

const NOTE = 'commands';
/** More than a server sends before the oldest of them have expired. */
const KEPT = 100;

/** Commands that were begun, over restarts of the agent: `id` answered, `!id` not yet. */
export class RememberedCommands {
  readonly #notes: Notes;
  #ids = new Map<string, boolean>();

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** @returns those that were begun and not answered */
  restore(): string[] {
    const words = (this.#notes.note(NOTE) ?? '').split(' ').filter((word) => /^!?[a-z0-9]{26}$/.test(word));
    this.#ids = new Map(words.map((word) => [word.replace('!', ''), !word.startsWith('!')]));
    return [...this.#ids].filter(([, answered]) => !answered).map(([id]) => id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  begin(id: string): void {
    this.#ids.set(id, false);
    for (const oldest of this.#ids.keys()) {
      if (this.#ids.size <= KEPT) break;
      this.#ids.delete(oldest);
    }
    this.#keep();
  }

  answered(id: string): void {
    this.#ids.set(id, true);
    this.#keep();
  }

  #keep(): void {
    this.#notes.setNote(NOTE, [...this.#ids].map(([id, answered]) => (answered ? id : `!${id}`)).join(' '));
  }
}
