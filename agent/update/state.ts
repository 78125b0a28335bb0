import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { UpdateReason } from '../../protocol/release.ts';
import { readPrivate, writePrivate } from '../../runtime/private-file.ts';

const Text = Type.String({ maxLength: 200 });
const Whole = Type.Integer({ minimum: 0 });

/** What is remembered of updates in the data folder. Nothing in it is needed: a machine that forgets it begins anew. */
const State = Type.Object({
  /** When the server was last asked, by this machine's clock. */
  askedAt: Whole,
  /** The packed file neighbours may have of this machine, until then, on that port. */
  have: Type.Optional(Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), size: Whole, until: Whole, port: Whole })),
  /** Releases that came to nothing here. */
  bad: Type.Array(Type.Object({ release: Text, reason: Text, times: Whole, at: Whole }), { maxItems: 20 }),
  /** PEM of keys that releases brought, and the one of a release that has still to prove itself. */
  keys: Type.Array(Type.String({ maxLength: 400 }), { maxItems: 8 }),
  next: Type.Optional(Type.Object({ release: Text, key: Type.String({ maxLength: 400 }) })),
});
export type UpdateState = Static<typeof State>;

const EMPTY: UpdateState = { askedAt: 0, bad: [], keys: [] };
const DAY_MS = 86_400_000;
/** Nearly a day: a check is made once a day, at another minute each time. */
const NEXT_DAY_MS = 20 * 3_600_000;
const MOST_BAD = 20;
const MOST_KEYS = 4;

/** How often a release is tried that came to nothing for this reason, a day apart; once where nothing is said. */
const TRIES: Partial<Record<UpdateReason, number>> = {
  preflight: 3,
  no_connection: 2,
  disk_full: 1000,
  not_writable: 1000,
  corrupt: 1000,
};

const fileIn = (folder: string): string => join(folder, 'state.json');

/** What is there; what is missing or broken counts as nothing. */
export function readState(folder: string): UpdateState {
  try {
    const value: unknown = JSON.parse(readPrivate(fileIn(folder)) ?? 'null');
    return Value.Check(State, value) ? value : EMPTY;
  } catch {
    return EMPTY;
  }
}

export class UpdateMemory {
  readonly folder: string;
  #state: UpdateState = EMPTY;

  /** @param folder in the data folder of the agent */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder and reads what is there; what is broken counts as nothing. @throws the error of the file system */
  load(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#state = readState(this.folder);
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** @throws the error of the file system */
  save(changed: Partial<UpdateState>): void {
    this.#state = { ...this.#state, ...changed };
    writePrivate(this.#path(), JSON.stringify(this.#state));
  }

  without(key: 'have' | 'next'): void {
    const { [key]: _gone, ...rest } = this.#state;
    this.#state = rest;
    this.save({});
  }

  packed(sha256: string): string {
    return join(this.folder, `${sha256}.zst`);
  }

  /** Writes down that a release came to nothing. */
  blame(release: string, reason: UpdateReason, at: number): void {
    const before = this.#state.bad.find((each) => each.release === release && each.reason === reason);
    const rest = this.#state.bad.filter((each) => each !== before);
    this.save({ bad: [...rest, { release, reason, times: (before?.times ?? 0) + 1, at }].slice(-MOST_BAD) });
  }

  /** Whether a release may be tried now. A clock that was set back does not hold it up for ever. */
  mayTry(release: string, now: number): boolean {
    return this.#state.bad
      .filter((each) => each.release === release)
      .every(({ reason, times, at }) => times < (TRIES[reason as UpdateReason] ?? 1) && (now - at > NEXT_DAY_MS || now < at));
  }

  /** The newest release this machine has given up for good: the server need not offer it again. */
  get givenUp(): string | undefined {
    return this.#state.bad.findLast(({ reason, times }) => times >= (TRIES[reason as UpdateReason] ?? 1))?.release;
  }

  /** The release that runs has proved itself: its key is trusted from now on. */
  proved(release: string): void {
    const { next, keys } = this.#state;
    if (next?.release !== release) return;
    this.save({ keys: [...keys.filter((key) => key !== next.key), next.key].slice(-MOST_KEYS) });
    this.without('next');
  }

  /** How long until the server is to be asked again, ms. */
  dueIn(now: number): number {
    const { askedAt } = this.#state;
    return askedAt > now ? 0 : Math.max(0, askedAt + DAY_MS - now);
  }

  #path(): string {
    return fileIn(this.folder);
  }
}
