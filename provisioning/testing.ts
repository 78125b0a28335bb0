import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, type Ledger } from '../ledger/index.ts';
import type { Command } from '../runtime/command.ts';
import { LabwatchError } from '../runtime/errors.ts';
import type { Terminal } from './terminal.ts';

/** 2026-11-21 08:00 in Vietnam. */
export const NOW = Date.UTC(2026, 10, 21, 1, 0, 0);

export interface Said {
  readonly code: number | undefined;
  readonly out: string;
  readonly notes: string;
  /** What the roof would print as one line. */
  readonly error: LabwatchError | undefined;
}

/** A data folder of its own and a terminal that writes everything down. */
export class Desk {
  readonly home = mkdtempSync(join(tmpdir(), 'labwatch-desk-'));
  language: 'en' | 'vi' = 'en';
  interactive = false;
  now = NOW;
  /** What is typed at each question for a password. */
  passwords: string[] = [];
  asked: string[] = [];
  readonly #make: (terminal: Terminal) => Command;

  constructor(make: (terminal: Terminal) => Command) {
    this.#make = make;
  }

  async run(...words: string[]): Promise<Said> {
    const out: string[] = [];
    const notes: string[] = [];
    const terminal: Terminal = {
      language: this.language,
      interactive: this.interactive,
      say: (text) => void out.push(text),
      note: (text) => void notes.push(text),
      readPassword: async (prompt) => {
        this.asked.push(prompt);
        return this.passwords.shift() ?? '';
      },
      now: () => this.now,
      env: { LABWATCH_HOME: this.home, LABWATCH_UNIT: 'a stray variable', LABWATCH_JSON: 'true' },
    };
    const said = (code: number | undefined, error?: LabwatchError): Said => ({ code, out: out.join('\n'), notes: notes.join('\n'), error });
    try {
      return said(await this.#make(terminal).run(words));
    } catch (error) {
      if (error instanceof LabwatchError) return said(undefined, error);
      throw error;
    }
  }

  help(language: 'en' | 'vi'): string {
    return this.#make({ language } as Terminal).help(language);
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.home, name);
    writeFileSync(path, content);
    return path;
  }

  async ledger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = await openLedger(this.home);
    try {
      return await work(ledger);
    } finally {
      await ledger.close();
    }
  }

  /** One school with one room, for commands that need somewhere to be. */
  async plant(): Promise<void> {
    await this.ledger((ledger) =>
      ledger.units.import([
        { code: 'T1', kind: 'school', name: 'Trường A', parentCode: null, zone: null },
        { code: 'P1', kind: 'room', name: 'Phòng 1', parentCode: 'T1', zone: null },
      ]),
    );
  }

  clear(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
