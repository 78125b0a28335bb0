import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED, type Generated } from './generated.ts';

const ROOT = new URL('../../', import.meta.url);

function committed(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Writes the files that differ from what the code says, or only names them.
 * @returns the files that were not as they should be
 */
export async function generate(entries: readonly Generated[], options: { root: URL; write: boolean }): Promise<string[]> {
  const stale: string[] = [];
  for (const entry of entries) {
    const { file } = entry;
    const path = fileURLToPath(new URL(file, options.root));
    const text = await entry.make();
    if (committed(path) === text) continue;
    stale.push(file);
    if (!options.write) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return stale;
}

if (import.meta.main) {
  const write = !process.argv.includes('--check');
  const stale = await generate(GENERATED, { root: ROOT, write });
  for (const file of stale) process.stdout.write(`${write ? 'written' : 'stale'}: ${file}\n`);
  if (!write && stale.length > 0) {
    process.stderr.write('Run `npm run generate` and commit what it writes.\n');
    process.exitCode = 1;
  }
}
