import type { Clock, Timer } from '../clock.ts';
import { collectGarbage } from '../collect.ts';
import { closeOwnConsole } from './console.ts';
import { formatWord } from './helper-word.ts';
import { giveMemoryBack, idleSeconds } from './last-input.ts';
import { orNothing } from './native.ts';
import { closePipe, HELPER_PIPE, openPipe, sendMessage, type Handle } from './pipe.ts';

/** How often the agent is told. */
const EVERY_MS = 30_000;
/** When everything is loaded and memory can be given back. */
const SETTLED_MS = 20_000;

/**
 * The helper in a session of a person: tells the agent how long nothing was touched there. It knows nothing else, keeps
 * nothing, and goes on quietly while no agent runs.
 */
export class IdleHelper {
  readonly #clock: Clock;
  readonly #name: string;
  #pipe: Handle | undefined;
  #timer: Timer | undefined;
  #settled: Timer | undefined;

  constructor(clock: Clock, name = HELPER_PIPE) {
    this.#clock = clock;
    this.#name = name;
  }

  /** @throws Error not on Windows */
  start(): void {
    // Fails at once where nothing can be told.
    idleSeconds();
    orNothing(closeOwnConsole);
    this.#settled = this.#clock.after(SETTLED_MS, () => {
      collectGarbage();
      orNothing(giveMemoryBack);
    });
    this.#round();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#settled?.cancel();
    this.#hangUp();
  }

  #round(): void {
    orNothing(() => this.#tell());
    this.#timer = this.#clock.after(EVERY_MS, () => this.#round());
  }

  #tell(): void {
    const idle = idleSeconds();
    if (idle === undefined) return;
    const word = formatWord(idle, this.#clock.mono());
    if (this.#send(word)) return;
    // The agent was started anew: its new pipe is another one.
    this.#hangUp();
    if (!this.#send(word)) this.#hangUp();
  }

  #send(word: string): boolean {
    this.#pipe ??= openPipe(this.#name);
    return this.#pipe !== undefined && sendMessage(this.#pipe, word);
  }

  #hangUp(): void {
    if (this.#pipe !== undefined) closePipe(this.#pipe);
    this.#pipe = undefined;
  }
}
