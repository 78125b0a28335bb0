import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../packaging/bundle.ts';
import { fetchPackage, nodeFor } from '../../packaging/node-binary.ts';
import { PLATFORMS } from '../../packaging/platforms.ts';
import { agentExecutable } from '../tools/executable.ts';
import { ROOT, tempFolder } from '../tools/programs.ts';
import { Wine } from './wine.ts';

const CACHE = join(ROOT, 'dist/cache');
const EXE = 'labwatch-agent.exe';

/** A Windows with Node for Windows, the test program of `child.ts`, and the packaged agent on it. */
export class Bench {
  #wine: Wine;
  readonly #remove: () => void;

  private constructor(wine: Wine, remove: () => void) {
    this.#wine = wine;
    this.#remove = remove;
  }

  get wine(): Wine {
    return this.#wine;
  }

  /** The same programs on an empty Windows again. */
  async renew(): Promise<void> {
    await this.#wine.close();
    this.#wine = await Wine.open(this.#wine.work);
  }

  static async open(): Promise<Bench> {
    const { path, remove } = tempFolder('windows');
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(
      nodeFor(
        PLATFORMS.find(({ name }) => name === 'win-x64')!,
        CACHE,
      ),
      join(path, 'node.exe'),
    );
    copyFileSync(await agentExecutable('win-x64'), join(path, EXE));
    // The test program is our sources too, made one file as the agent is.
    writeFileSync(join(path, 'child.cjs'), (await bundle('tests/windows/child.ts')).code);
    cpSync(fetchPackage('@koromix/koffi-win32-x64', CACHE), join(path, 'node_modules/@koromix/koffi-win32-x64'), { recursive: true });
    try {
      return new Bench(await Wine.open(path), remove);
    } catch (error) {
      remove();
      throw error;
    }
  }

  /** @param words a mode of `child.ts` and what it wants @returns what it printed, as JSON */
  async child<T>(...words: readonly string[]): Promise<T> {
    const printed = await this.wine.run(this.childWords(...words));
    return JSON.parse(printed.trim()) as T;
  }

  childWords(...words: readonly string[]): string[] {
    return [this.wine.path('node.exe'), this.wine.path('child.cjs'), ...words];
  }

  /** The same in a process that Node lets start no other. @returns what it printed, as JSON */
  async loneChild<T>(...words: readonly string[]): Promise<T> {
    const flags = ['--permission', '--allow-fs-read=*', '--allow-addons', '--allow-net'];
    return JSON.parse((await this.wine.run([this.wine.path('node.exe'), ...flags, this.wine.path('child.cjs'), ...words])).trim()) as T;
  }

  agentWords(...words: readonly string[]): string[] {
    return [this.wine.path(EXE), ...words];
  }

  /** Imports the text of a `.reg` file with Windows' own program, in the encoding that regedit writes. */
  async importRegistry(text: string): Promise<void> {
    writeFileSync(join(this.wine.work, 'import.reg'), Buffer.from(`\ufeff${text.replace(/\r?\n/g, '\r\n')}`, 'utf16le'));
    await this.wine.run(['reg', 'import', this.wine.path('import.reg')]);
  }

  async close(): Promise<void> {
    await this.wine.close();
    this.#remove();
  }
}
