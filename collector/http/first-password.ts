import { randomInt } from 'node:crypto';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { isLedgerError, type Ledger } from '../../ledger/index.ts';
import { readPrivate, removePrivate, writePrivate } from '../../runtime/private-file.ts';

export const FIRST_USER = 'admin';
/** No letter that is read as another one: no i, l, o, 0, 1. 31 characters, 4.95 bits each. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 4 groups of 5: 99 bits, e.g. `x7k2m-…`. */
export function readablePassword(): string {
  const group = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

/**
 * The way in on the first run: user `admin` with a one-time password, kept in `$home/first-password` (0600) until it is
 * changed. It is written before the user is added, so that a crash between the two locks nobody out.
 */
export class FirstPassword {
  readonly #users: Ledger['users'];
  readonly #path: string;
  #password: string | undefined;

  constructor(users: Ledger['users'], home: string) {
    this.#users = users;
    this.#path = join(home, 'first-password');
  }

  /** The password as long as it opens the door and has not been changed. */
  get current(): string | undefined {
    return this.#password;
  }

  async prepare(): Promise<void> {
    if ((await this.#users.list()).length === 0) await this.#addFirstUser();
    const kept = this.#kept();
    if (kept === undefined) return;
    const user = await this.#users.verify(FIRST_USER, kept);
    if (user?.mustChangePassword === true) this.#password = kept;
    else this.#forget();
  }

  async #addFirstUser(): Promise<void> {
    const password = this.#kept() ?? this.#claim();
    try {
      await this.#users.add({ name: FIRST_USER, role: 'admin', password, mustChangePassword: true });
    } catch (error) {
      // Another program that started at the same moment was quicker, with the same password.
      if (!isLedgerError(error, 'NAME_TAKEN')) throw error;
    }
  }

  /** @returns undefined when there is none, or only what a crash left of one */
  #kept(): string | undefined {
    const text = readPrivate(this.#path)?.trim() ?? '';
    return text.length >= 16 ? text : undefined;
  }

  /** Puts a new password into place whole, unless another program has just done so: then it is that one's. */
  #claim(): string {
    const password = readablePassword();
    // What a crash left there is no password.
    if (readPrivate(this.#path) !== undefined) removePrivate(this.#path);
    const beside = `${this.#path}.${process.pid}.${randomInt(2 ** 32)}`;
    writePrivate(beside, `${password}\n`);
    try {
      linkSync(beside, this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      removePrivate(beside);
    }
    return this.#kept() ?? password;
  }

  /** Called when somebody changed a password. */
  changed(name: string): void {
    if (name === FIRST_USER) this.#forget();
  }

  #forget(): void {
    this.#password = undefined;
    removePrivate(this.#path);
  }
}
