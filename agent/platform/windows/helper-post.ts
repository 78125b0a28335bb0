import type { HelperPost, HelperWord } from '../../probes/probe.ts';
import { systemClock } from '../clock.ts';
import { parseWord, WORD_BYTES } from './helper-word.ts';
import { orNothing } from './native.ts';
import { closePipe, HELPER_PIPE, listenOnPipe, peek, sessionOf, takeMessage, type Handle } from './pipe.ts';

/** Ends that can be written to at once: a helper in each session, and some to spare. */
const ENDS = 6;
/** Messages that are taken from one end at a look; a helper sends three a minute. */
const MOST_MESSAGES = 40;
/** An end whose other side has said nothing sensible for so long is given to somebody else. */
const SILENT_MS = 180_000;

/** After so long a session is over, or its helper is; nobody reads a word that old. */
const FORGET_MS = 600_000;

interface End {
  pipe: Handle | undefined;
  /** Since when the other side has said nothing sensible. */
  silentSince: number;
}

/**
 * The agent's side of the helpers' pipe. Nothing runs beside: whoever asks for the words takes what lies in the pipe by then, so
 * there is no thread, no timer and no call that waits.
 */
class PipePost implements HelperPost {
  readonly #name: string;
  readonly #ends: End[];
  readonly #words = new Map<number, HelperWord>();
  readonly #now: () => number;

  constructor(name: string, first: Handle, now: () => number) {
    this.#name = name;
    this.#now = now;
    this.#ends = Array.from({ length: ENDS }, (_, i) => ({ pipe: i === 0 ? first : undefined, silentSince: now() }));
    for (const end of this.#ends) this.#listen(end);
  }

  words(): readonly HelperWord[] {
    for (const end of this.#ends) orNothing(() => this.#look(end));
    for (const [session, { mono }] of this.#words) if (this.#now() - mono > FORGET_MS) this.#words.delete(session);
    return Array.from(this.#words.values());
  }

  close(): void {
    for (const end of this.#ends.splice(0)) if (end.pipe !== undefined) closePipe(end.pipe);
    this.#words.clear();
  }

  #listen(end: End): void {
    const others = this.#ends.some((one) => one !== end && one.pipe !== undefined);
    end.pipe ??= orNothing(() => listenOnPipe(this.#name, !others, ENDS));
    end.silentSince = this.#now();
  }

  #look(end: End): void {
    if (end.pipe === undefined) this.#listen(end);
    if (end.pipe === undefined) return;
    const pipe = end.pipe;
    let { state, bytes } = peek(pipe);
    if (state === 'waiting') end.silentSince = this.#now();
    const session = bytes > 0 ? sessionOf(pipe) : undefined;
    for (let taken = 0; bytes > 0 && taken < MOST_MESSAGES; taken++) {
      const message = takeMessage(pipe, WORD_BYTES);
      if (message !== undefined && session !== undefined) this.#hear(end, session, message);
      ({ state, bytes } = peek(pipe));
    }
    const silent = state === 'connected' && this.#now() - end.silentSince > SILENT_MS;
    if (state !== 'gone' && !silent) return;
    closePipe(pipe);
    end.pipe = undefined;
    this.#listen(end);
  }

  #hear(end: End, session: number, message: Uint8Array): void {
    const word = parseWord(message);
    // Whoever speaks of a time that has not come yet is no helper of this boot. The two clocks are read a moment apart.
    if (word === undefined || word.mono > this.#now() + 1000) return;
    end.silentSince = this.#now();
    const last = this.#words.get(session);
    if (last === undefined || word.mono >= last.mono) this.#words.set(session, { session, ...word });
  }
}

/** Opens the pipe for this machine's helpers. @returns undefined when somebody else holds its name */
export function openHelperPost(name = HELPER_PIPE, now: () => number = () => systemClock.mono()): HelperPost | undefined {
  return orNothing(() => {
    const first = listenOnPipe(name, true, ENDS);
    return first === undefined ? undefined : new PipePost(name, first, now);
  });
}
