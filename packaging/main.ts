import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '../runtime/version.ts';
import { bundleAgent, ROOT } from './bundle.ts';
import { PLATFORMS } from './platforms.ts';
import { buildRelease } from './release.ts';

const HELP = `Usage: make package [ARGS="--platform linux-x64,win-x64 --out dist"]

  --platform  which to build, by commas [${PLATFORMS.map(({ name }) => name).join(',')}]
  --out       folder for what is built [dist]
  --no-deb    no Debian packages

In the environment:
  LABWATCH_PACKAGE_KEY        file with the Ed25519 key that signs SHA256SUMS (labwatch release keygen)
  LABWATCH_PACKAGE_CERT       file with the certificate and key that sign the Windows executable (PKCS #12; osslsigncode)
  LABWATCH_PACKAGE_CERT_PASS  file with its password
  LABWATCH_PACKAGE_TIMESTAMP  address of a time stamp server`;

const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const say = (text: string): void => void process.stderr.write(`package: ${text}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      platform: { type: 'string' },
      out: { type: 'string', default: join(ROOT, 'dist') },
      deb: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  return values;
}

async function main(): Promise<number> {
  const values = options();
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const wanted = values.platform?.split(',') ?? PLATFORMS.map(({ name }) => name);
  const unknown = wanted.find((name) => !PLATFORMS.some((platform) => platform.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`package: there is no platform "${unknown}"\n${HELP}\n`);
    return 64;
  }
  const env = process.env;
  const [key, certificate] = [env['LABWATCH_PACKAGE_KEY'] || undefined, env['LABWATCH_PACKAGE_CERT'] || undefined];
  const debs = values.deb && has('dpkg-deb');
  if (values.deb && !debs) say('no Debian packages: dpkg-deb is not installed');
  if (key === undefined) say('SHA256SUMS stays unsigned: LABWATCH_PACKAGE_KEY is not set');
  if (certificate === undefined) say('the Windows executable stays unsigned: LABWATCH_PACKAGE_CERT is not set');
  const [passwordFile, timestamp] = [env['LABWATCH_PACKAGE_CERT_PASS'] || undefined, env['LABWATCH_PACKAGE_TIMESTAMP'] || undefined];
  const cache = join(ROOT, 'dist/cache');
  for (const folder of [cache, values.out]) mkdirSync(folder, { recursive: true });
  const names = buildRelease({
    bundle: await bundleAgent(),
    version: VERSION,
    platforms: PLATFORMS.filter(({ name }) => wanted.includes(name)),
    out: values.out,
    cache,
    key,
    identity: certificate === undefined ? undefined : { file: certificate, passwordFile, timestamp },
    debs,
  });
  for (const name of names) process.stdout.write(`${join(values.out, name)}\n`);
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message.split('\n')[0]! : String(error));
  return 70;
});
