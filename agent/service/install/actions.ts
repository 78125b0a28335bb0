import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { agentFail } from '../../errors.ts';

/**
 * One thing that installing or uninstalling does. A plan is a list of these, made by pure functions: it can be shown before
 * it is done (`--dry-run`), done below another folder (`--root`), and compared in a test.
 */
export type Action =
  | { readonly do: 'folder'; readonly path: string; readonly mode: number }
  | { readonly do: 'write'; readonly path: string; readonly content: string | Uint8Array; readonly mode: number }
  | { readonly do: 'copy'; readonly from: string; readonly path: string; readonly mode: number }
  | { readonly do: 'link'; readonly path: string; readonly to: string }
  /** A file, or a folder with everything in it; what is not there is fine. */
  | { readonly do: 'remove'; readonly path: string }
  /** A folder, only when nothing is in it. */
  | { readonly do: 'remove-empty'; readonly path: string }
  | {
      readonly do: 'run';
      readonly file: string;
      readonly args: readonly string[];
      /** What to run instead below another folder; nothing when absent. */
      readonly below?: (root: string) => readonly string[];
      /** Whether it worked or not does not matter, e.g. stopping what does not run. */
      readonly mayFail?: boolean;
    }
  /** A program that goes on when this one has ended, with its words as they are (Windows). */
  | { readonly do: 'leave'; readonly file: string; readonly args: readonly string[] };

const WORDS = {
  en: {
    folder: 'make folder',
    write: 'write',
    copy: 'copy to',
    link: 'link',
    remove: 'remove',
    'remove-empty': 'remove if empty',
    run: 'run',
    leave: 'run afterwards',
  },
  vi: {
    folder: 'tạo thư mục',
    write: 'ghi',
    copy: 'chép vào',
    link: 'liên kết',
    remove: 'xóa',
    'remove-empty': 'xóa nếu rỗng',
    run: 'chạy',
    leave: 'chạy sau cùng',
  },
} as const;

/** An action as a line for a person. The content of files is not shown: one of them is the token. */
export function actionText(action: Action, language: 'en' | 'vi'): string {
  const word = WORDS[language][action.do];
  if (action.do === 'run' || action.do === 'leave')
    return `${word} ${[action.file, ...action.args].map((each) => (/\s/.test(each) ? `"${each}"` : each)).join(' ')}`;
  const mode = 'mode' in action ? ` (${action.mode.toString(8).padStart(4, '0')})` : '';
  return `${word} ${action.path}${action.do === 'link' ? ` -> ${action.to}` : ''}${mode}`;
}

const TIMEOUT_MS = 90_000;

/** Starts a program, without a shell. @returns its exit code (-1: it could not be started or was late) and what it printed */
export function runTool(file: string, args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: TIMEOUT_MS, windowsHide: true, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const text = `${stderr}${stdout}`.trim();
      resolve({ code, text: text === '' && error !== null ? error.message : text });
    });
  });
}

/** Beside first, then into place: a running program and a reader see the old or the new one. */
function place(path: string, mode: number, make: (beside: string) => void): void {
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  make(beside);
  chmodSync(beside, mode);
  if (process.platform === 'win32' && existsSync(path)) setAside(path);
  renameSync(beside, path);
}

/** Windows does not replace a program that runs, but lets it be renamed; the next installation removes it. */
function setAside(path: string): void {
  const old = `${path}.old`;
  try {
    rmSync(old, { force: true });
    renameSync(path, old);
    rmSync(old, { force: true });
  } catch {
    // Then the rename into place says what is wrong.
  }
}

function sameFile(path: string, content: string | Uint8Array): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(content));
}

async function perform(action: Action, root: string): Promise<void> {
  if (action.do === 'run') {
    const args = root === '/' ? action.args : action.below?.(root);
    if (args === undefined) return;
    const { code, text } = await runTool(action.file, args);
    if (code !== 0 && action.mayFail !== true) throw new Error(text.split('\n')[0] || `exit code ${code}`);
    return;
  }
  if (action.do === 'leave') {
    spawn(action.file, action.args, { detached: true, stdio: 'ignore', windowsHide: true, windowsVerbatimArguments: true }).unref();
    return;
  }
  const path = root === '/' ? action.path : join(root, action.path);
  if (action.do === 'remove') rmSync(path, { recursive: true, force: true });
  else if (action.do === 'remove-empty') removeEmpty(path);
  else if (action.do === 'folder') {
    mkdirSync(path, { recursive: true });
    chmodSync(path, action.mode);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    if (action.do === 'write' && sameFile(path, action.content)) chmodSync(path, action.mode);
    else if (action.do === 'write') place(path, action.mode, (beside) => writeFileSync(beside, action.content, { mode: action.mode }));
    else if (action.do === 'copy') place(path, action.mode, (beside) => copyFileSync(action.from, beside));
    else {
      rmSync(path, { force: true });
      symlinkSync(action.to, path);
    }
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Something is in it, or it is not there.
  }
}

/**
 * Does one thing after the other and stops at the first that fails.
 * @param root another folder to stand for `/`
 * @throws LabwatchError AGENT_INSTALL_STEP
 */
export async function performAll(actions: readonly Action[], root: string): Promise<void> {
  for (const action of actions) {
    try {
      await perform(action, root);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw agentFail('AGENT_INSTALL_STEP', { step: actionText(action, 'en'), why }, error);
    }
  }
}
