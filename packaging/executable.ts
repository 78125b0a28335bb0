import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { nodeFor } from './node-binary.ts';
import { NODE_FLAGS, type Platform } from './platforms.ts';

const runs = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * Takes the symbol tables away: 30 MB on disk, nothing at run time. LLVM's knows every processor, GNU's that of this machine.
 * @returns whether it could be done
 */
export function strip(file: string, platform: Platform): boolean {
  const tools = ['llvm-strip', ...(platform.name === 'linux-x64' ? ['strip'] : ['aarch64-linux-gnu-strip'])];
  const tool = tools.find(runs);
  if (tool !== undefined) execFileSync(tool, ['--strip-all', file]);
  return tool !== undefined;
}

export interface ExecutableOptions {
  readonly platform: Platform;
  readonly bundle: Bundle;
  /** Absolute path of the file to make. */
  readonly output: string;
  /** Folder for what is fetched and what is half done. */
  readonly cache: string;
  /** Absolute paths of files to lay inside, by name. */
  readonly assets?: Readonly<Record<string, string>>;
  /** Changes Node's executable before the agent is put into it. */
  readonly prepare?: (file: string) => void;
}

/** One file that runs by itself: Node with the agent inside (nodejs.org/api/single-executable-applications.html). */
export function buildExecutable(options: ExecutableOptions): void {
  const { platform, bundle, output, cache, assets = {}, prepare } = options;
  const work = join(cache, `work-${platform.name}-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const node = join(work, 'node');
    copyFileSync(nodeFor(platform, cache), node);
    if (platform.suffix === '' && !strip(node, platform))
      process.stderr.write(`${platform.name}: not stripped, llvm-strip is not installed\n`);
    prepare?.(node);
    writeFileSync(join(work, 'agent.cjs'), bundle.code);
    for (const [name, code] of Object.entries(bundle.parts)) writeFileSync(join(work, `part-${name}`), code);
    const parts = Object.fromEntries(Object.keys(bundle.parts).map((name) => [name, `part-${name}`]));
    // Relative, because the path of the main file is kept inside: the same sources give the same bytes in every folder.
    const config = {
      main: 'agent.cjs',
      mainFormat: 'commonjs',
      executable: 'node',
      output,
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: false,
      execArgv: NODE_FLAGS,
      execArgvExtension: 'none',
      assets: { ...parts, ...assets },
    };
    writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--build-sea', 'sea.json'], { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
