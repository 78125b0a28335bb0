import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { bundleAgent } from '../../packaging/bundle.ts';
import { buildExecutable } from '../../packaging/executable.ts';
import { nativeAssets } from '../../packaging/natives.ts';
import { NODE_FLAGS, type Platform, PLATFORMS } from '../../packaging/platforms.ts';
import { dressExecutable } from '../../packaging/windows/resources.ts';
import { VERSION } from '../../runtime/version.ts';
import { ROOT } from './programs.ts';

const CACHE = join(ROOT, 'dist/cache');

/**
 * The agent as one file, made of the sources as they are now, for this machine or another; built once per state of the sources.
 * @param version what it says of itself, instead of that of package.json
 * @returns its path
 */
export async function agentExecutable(
  name: Platform['name'] = `linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`,
  version?: string,
): Promise<string> {
  const platform = PLATFORMS.find((each) => each.name === name)!;
  const bundle = await bundleAgent(version);
  const state = createHash('sha256')
    .update(JSON.stringify([bundle.code, bundle.parts, NODE_FLAGS, process.version]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(CACHE, 'for-tests', state);
  const output = join(folder, `labwatch-agent-${name}${platform.suffix}`);
  if (existsSync(output)) return output;
  mkdirSync(folder, { recursive: true });
  // Another test may build the same at this moment.
  const partial = `${output}.${process.pid}`;
  const dress = (file: string): void => dressExecutable(file, version ?? VERSION);
  const prepare = platform.suffix === '.exe' ? { prepare: dress } : {};
  buildExecutable({ platform, bundle, output: partial, cache: CACHE, assets: nativeAssets(platform, CACHE), ...prepare });
  renameSync(partial, output);
  return output;
}
