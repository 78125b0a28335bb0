import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { Program } from '../../tools/programs.ts';

/** A network of its own with nothing but a loopback, so that what crosses it is one program's and can be counted from outside. */
export class Network {
  readonly name: string;

  constructor(name: string) {
    this.name = `lwbench-${process.pid}-${name.replaceAll('_', '').slice(0, 12)}`;
    execFileSync('ip', ['netns', 'add', this.name]);
    execFileSync('ip', ['-n', this.name, 'link', 'set', 'lo', 'up']);
  }

  /** The program is the process itself, not a child of `ip`. */
  start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, group?: MemoryGroup): Program {
    const words = ['ip', 'netns', 'exec', this.name, file, ...args];
    if (group === undefined) return new Program(words[0]!, words.slice(1), env);
    return new Program('sh', ['-c', 'echo $$ > "$0/cgroup.procs"; exec "$@"', group.folder, ...words], env);
  }

  remove(): void {
    execFileSync('ip', ['netns', 'delete', this.name]);
  }
}

/**
 * A control group of memory, as the agent's unit gives it one. What the unit asks of the kernel 20 s after the start is asked here:
 * `memory.reclaim` (cgroup v2), or `memory.force_empty` where only version 1 has the memory controller; both take clean pages away.
 */
export class MemoryGroup {
  readonly folder: string;
  readonly #file: 'memory.reclaim' | 'memory.force_empty';

  private constructor(folder: string, file: 'memory.reclaim' | 'memory.force_empty') {
    this.folder = folder;
    this.#file = file;
  }

  /** @returns undefined where neither can be had */
  static make(): MemoryGroup | undefined {
    for (const [root, file] of [
      ['/sys/fs/cgroup/memory', 'memory.force_empty'],
      ['/sys/fs/cgroup', 'memory.reclaim'],
    ] as const) {
      const folder = `${root}/labwatch-bench-${process.pid}`;
      try {
        mkdirSync(folder);
        if (existsSync(`${folder}/${file}`)) return new MemoryGroup(folder, file);
        rmdirSync(folder);
      } catch {
        // Not allowed, or not there: the next.
      }
    }
    return undefined;
  }

  get how(): string {
    return this.#file;
  }

  reclaim(): void {
    try {
      writeFileSync(`${this.folder}/${this.#file}`, this.#file === 'memory.reclaim' ? '512M' : '1');
    } catch (error) {
      // EAGAIN: less than asked for was there, which is what is wanted.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }

  remove(): void {
    rmdirSync(this.folder);
  }
}

/** Programs a process and its children started within some seconds, seen by strace from outside. */
export async function countExecs(pids: readonly number[], seconds: number): Promise<number> {
  const targets = pids.flatMap((pid) => ['-p', String(pid)]);
  const trace = new Program('strace', ['-f', '-qq', '-e', 'trace=execve,execveat', ...targets]);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await trace.stop('SIGINT');
  if (/ptrace|Operation not permitted/.test(trace.stderr)) throw new Error(`strace could not look: ${trace.stderr.slice(0, 200)}`);
  return trace.stderr.split('\n').filter((line) => /execve(at)?\(/.test(line)).length;
}
