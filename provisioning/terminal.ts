import { createInterface } from 'node:readline';
import { cliLanguage } from '../runtime/command.ts';

/** What a command says and hears; a test hands over its own. */
export interface Terminal {
  readonly language: 'en' | 'vi';
  /** The answer: to stdout, with a newline. */
  say(text: string): void;
  /** Remarks and progress: to stderr, with a newline. */
  note(text: string): void;
  /** A person is watching: progress is worth showing, a password can be asked for. */
  readonly interactive: boolean;
  /** A line that is not shown while it is typed; without a person the first line of stdin. */
  readPassword(prompt: string): Promise<string>;
  /** Epoch ms. */
  now(): number;
  readonly env: NodeJS.ProcessEnv;
}

const ENTER = new Set(['\r', '\n', '\u0004']);
const ERASE = new Set(['\u007f', '\b']);

/** Raw mode: nothing is echoed, Ctrl-C still ends the program. */
function typeHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    let text = '';
    const finish = (): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const onData = (typed: string): void => {
      for (const letter of typed) {
        if (letter === '\u0003') {
          finish();
          process.exit(130);
        }
        if (ENTER.has(letter)) {
          finish();
          resolve(text);
          return;
        }
        text = ERASE.has(letter) ? Array.from(text).slice(0, -1).join('') : text + letter;
      }
    };
    stdin.setEncoding('utf8');
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
    // Last: whoever types as soon as they are asked must not be seen.
    stderr.write(prompt);
  });
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return '';
}

export function processTerminal(): Terminal {
  return {
    get language() {
      return cliLanguage();
    },
    say: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    get interactive() {
      return process.stdin.isTTY && process.stderr.isTTY;
    },
    readPassword: (prompt) => (process.stdin.isTTY ? typeHidden(prompt) : firstLine()),
    now: () => Date.now(),
    get env() {
      return process.env;
    },
  };
}
