import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '../runtime/version.ts';
import { bundleAgent, ROOT } from './bundle.ts';
import { buildExecutable } from './executable.ts';
import { nativeAssets } from './natives.ts';
import { executableName, PLATFORMS } from './platforms.ts';

const HELP = `Usage: make package [ARGS="--platform linux-x64,win-x64 --out dist"]

  --platform  which to build, by commas [${PLATFORMS.map(({ name }) => name).join(',')}]
  --out       folder for what is built [dist]`;

const { values } = parseArgs({
  options: {
    platform: { type: 'string' },
    out: { type: 'string', default: join(ROOT, 'dist') },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const wanted = values.platform?.split(',') ?? PLATFORMS.map(({ name }) => name);
  const unknown = wanted.filter((name) => !PLATFORMS.some((platform) => platform.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`package: there is no platform "${unknown[0]}"\n${HELP}\n`);
    return 64;
  }
  const cache = join(ROOT, 'dist/cache');
  mkdirSync(cache, { recursive: true });
  mkdirSync(values.out, { recursive: true });
  const bundle = await bundleAgent();
  for (const platform of PLATFORMS.filter(({ name }) => wanted.includes(name))) {
    const output = join(values.out, executableName(VERSION, platform));
    buildExecutable({ platform, bundle, output, cache, assets: nativeAssets(platform, cache) });
    process.stdout.write(`${output}\n`);
  }
  return 0;
}

process.exitCode = await main();
