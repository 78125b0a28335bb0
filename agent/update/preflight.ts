import { spawn } from 'node:child_process';
import { UpdateFailure } from './failure.ts';

const TIMEOUT_MS = 90_000;
const MOST_BYTES = 16_384;

/** What `agent preflight` prints: one line of JSON. */
export interface PreflightWord {
  readonly version: string;
  readonly ok: boolean;
  /** What does not work there; for the log. */
  readonly why?: string;
}

/** Runs a program that should say a line and end. @returns what it said, with its exit code (null: it was killed) */
function run(file: string, args: readonly string[], timeoutMs: number): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, timeout: timeoutMs, killSignal: 'SIGKILL' });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      if (text.length < MOST_BYTES) text += part;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

/**
 * Runs the new executable once, before anything is changed: it must start, say the version that was signed, and find what it needs.
 * @param words of the running agent (`--config …`), so that it reads the same settings
 * @throws UpdateFailure preflight
 */
export async function preflight(executable: string, words: readonly string[], version: string, timeoutMs = TIMEOUT_MS): Promise<void> {
  let said: { readonly code: number | null; readonly text: string };
  try {
    said = await run(executable, ['preflight', ...words], timeoutMs);
  } catch (error) {
    throw new UpdateFailure('preflight', `it cannot be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, error);
  }
  let word: Partial<PreflightWord> | undefined;
  try {
    word = JSON.parse(said.text.trim().split('\n').at(-1) ?? '') as Partial<PreflightWord>;
  } catch {
    word = undefined;
  }
  if (said.code !== 0 || word?.ok !== true) throw new UpdateFailure('preflight', word?.why ?? `it ended with ${said.code ?? 'a signal'}`);
  if (word.version !== version) throw new UpdateFailure('preflight', `it is ${String(word.version)}, not the ${version} that was signed`);
}
