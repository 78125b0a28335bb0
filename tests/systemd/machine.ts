import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hopeless, Program, tempFolder, until } from '../tools/programs.ts';

const SCRIPT = fileURLToPath(new URL('in-systemd.sh', import.meta.url));

/** Groups of groups first go inside out. */
function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(path, entry.name));
  rmdirSync(path);
}

/** What a program in the machine printed, and how it ended. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine whose first process is a real systemd; see in-systemd.sh. */
export class Machine {
  /** `/mnt/labwatch` inside. */
  readonly folder: string;
  readonly #outer: Program;
  readonly #first: number;
  readonly #group: string;
  readonly #remove: () => void;

  private constructor(parts: { folder: string; outer: Program; first: number; group: string; remove: () => void }) {
    this.folder = parts.folder;
    this.#outer = parts.outer;
    this.#first = parts.first;
    this.#group = parts.group;
    this.#remove = parts.remove;
  }

  /** @throws Error when this machine has no cgroup v2 that can be written, or when this is not root */
  static async open(): Promise<Machine> {
    const { path: folder, remove } = tempFolder('systemd');
    const outer = new Program('/bin/sh', [SCRIPT, folder]);
    const hierarchy = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1] ?? '';
    const group = join(hierarchy, `labwatch-test-${outer.child.pid!}`);
    const started = outer.child.pid!;
    const first = await until('the first process', () => {
      if (outer.child.exitCode !== null) throw new Hopeless(outer.stderr);
      // Before it becomes unshare, the script has children of its own.
      if (readFileSync(`/proc/${started}/comm`, 'utf8').trim() !== 'unshare') return undefined;
      return Number(readFileSync(`/proc/${started}/task/${started}/children`, 'utf8').split(' ')[0]) || undefined;
    });
    const machine = new Machine({ folder, outer, first, group, remove });
    try {
      await until('systemd to be up', () => machine.run('systemctl', 'is-active', 'multi-user.target').code === 0);
    } catch (error) {
      await machine.close();
      throw error;
    }
    return machine;
  }

  /** Runs a program in the machine, as root. */
  run(...command: readonly string[]): Said {
    const clean = ['env', '-i', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...command];
    const into = ['--target', String(this.#first), '--mount', '--pid', '--ipc', '--uts', '--cgroup', ...clean];
    const { status, stdout, stderr } = spawnSync('nsenter', into, { encoding: 'utf8', timeout: 200_000 });
    return { code: status, stdout, stderr };
  }

  /** A property of the unit, as systemd tells it. */
  unit(property: string): string {
    return this.run('systemctl', 'show', '--value', `--property=${property}`, 'labwatch-agent.service').stdout.trim();
  }

  async close(): Promise<void> {
    // It is the first process of its machine: everything there ends with it.
    execFileSync('kill', ['-KILL', String(this.#first)]);
    await this.#outer.stop('SIGKILL');
    await until('its groups to be empty', () => {
      removeGroup(this.#group);
      return true;
    });
    this.#remove();
  }
}
