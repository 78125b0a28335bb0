import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hopeless, until } from '../tools/programs.ts';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const orElse = <T>(action: () => T, otherwise: T): T => {
  try {
    return action();
  } catch {
    return otherwise;
  }
};
const read = (path: string): string => orElse(() => readFileSync(path, 'utf8'), '');
const childrenOf = (pid: number): number[] => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

/** Should whoever opened it be killed, this Windows ends by itself. */
const MOST_SECONDS = '1800';

/** Puts Wine into the cache unless it is there. @returns the folder of the cache @throws Error with the one line that says what is missing */
export function prepareWine(): string {
  try {
    return execFileSync('sh', [file('prepare-wine.sh')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    throw new Error((error as { stderr: string }).stderr.trim(), { cause: error });
  }
}

/** A Windows program that runs, or has run. Wine's console is not to be relied on: what it writes goes to files. */
export class WineProgram {
  readonly child: ChildProcess;
  readonly #output: string;

  constructor(child: ChildProcess, output: string) {
    this.child = child;
    this.#output = output;
  }

  get stdout(): string {
    return read(`${this.#output}.out`);
  }

  get stderr(): string {
    return read(`${this.#output}.err`);
  }

  /** The process id on this machine; the child itself is `nsenter`. */
  async pid(): Promise<number> {
    return until('the Windows program', () => childrenOf(this.child.pid!)[0]);
  }

  /** @returns its exit code; -1 when it was killed @throws Error when it is late, and kills it */
  async ended(timeoutMs = 90_000): Promise<number> {
    const late = setTimeout(() => void this.kill(), timeoutMs);
    try {
      if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
      return this.child.exitCode ?? -1;
    } finally {
      clearTimeout(late);
    }
  }

  /** As the power cord: no goodbye. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    for (const pid of childrenOf(this.child.pid!)) process.kill(pid, 'SIGKILL');
    await gone;
  }
}

/**
 * A Windows of its own: Wine in name spaces, with an empty C: that is gone at the end. All its processes end with it. The network
 * is this machine's.
 */
export class Wine {
  readonly #unshare: ChildProcess;
  readonly #init: number;
  /** On this machine; there it is `Z:\mnt\labwatch`. */
  readonly work: string;
  #programs = 0;

  private constructor(unshare: ChildProcess, init: number, work: string) {
    this.#unshare = unshare;
    this.#init = init;
    this.work = work;
  }

  /** @param work a folder that both sides see */
  static async open(work: string): Promise<Wine> {
    const cache = prepareWine();
    mkdirSync(join(work, 'output'), { recursive: true });
    const words = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', 'sh', file('in-wine.sh')];
    const folders = [join(cache, 'wine-trixie'), join(cache, 'wine-prefix'), work];
    const unshare = spawn('unshare', [...words, ...folders, 'sleep', MOST_SECONDS], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    unshare.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const init = await until('the name spaces', () => {
      if (unshare.exitCode !== null) throw new Hopeless(`test-windows: ${complaint}`);
      return childrenOf(unshare.pid!).find((pid) => read(`/proc/${pid}/cmdline`).startsWith('sleep'));
    });
    const wine = new Wine(unshare, init, work);
    // The first program waits for Wine's own services.
    const ready = wine.start(['cmd', '/c', 'exit']);
    if ((await ready.ended()) !== 0) throw new Error(`Wine does not start: ${ready.stderr}`);
    return wine;
  }

  /** The path that a Windows program knows a file of the work folder by. */
  path(...parts: readonly string[]): string {
    return ['Z:', 'mnt', 'labwatch', ...parts].join('\\');
  }

  /** @param words a program of Windows and its arguments */
  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): WineProgram {
    const output = join(this.work, 'output', String(++this.#programs));
    const [out, err] = [openSync(`${output}.out`, 'w'), openSync(`${output}.err`, 'w')];
    const inside = { PATH: '/usr/bin:/bin', HOME: '/root', LANG: 'C.UTF-8', XDG_RUNTIME_DIR: '/tmp/run', WINEPREFIX: '/mnt/prefix' };
    const quiet = { WINEDEBUG: process.env['WINEDEBUG'] ?? '-all', WINEDLLOVERRIDES: 'mscoree,mshtml=' };
    const enter = ['--target', String(this.#init), '--mount', '--pid', '--root', '--wd', 'wine', ...words];
    const child = spawn('nsenter', enter, { stdio: ['ignore', out, err], env: { ...inside, ...quiet, ...env } });
    closeSync(out);
    closeSync(err);
    return new WineProgram(child, output);
  }

  /** Runs a program to its end. @throws Error unless it ends with 0 */
  async run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const program = this.start(words, env);
    const code = await program.ended();
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${program.stdout}\n${program.stderr}`);
    return program.stdout;
  }

  /** Kills the Windows program whose command line has these words; only in this Windows. @returns whether there was one */
  killProgram(...words: readonly string[]): boolean {
    const space = readlinkSync(`/proc/${this.#init}/ns/pid`);
    const found = readdirSync('/proc').find((name) => {
      if (!/^\d+$/.test(name) || !words.every((word) => read(`/proc/${name}/cmdline`).split('\0').includes(word))) return false;
      return orElse(() => readlinkSync(`/proc/${name}/ns/pid`), '') === space;
    });
    if (found !== undefined) process.kill(Number(found), 'SIGKILL');
    return found !== undefined;
  }

  async close(): Promise<void> {
    if (this.#unshare.exitCode !== null || this.#unshare.signalCode !== null) return;
    const gone = once(this.#unshare, 'exit');
    process.kill(this.#init, 'SIGKILL');
    await gone;
  }
}
