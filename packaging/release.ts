import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, ROOT } from './bundle.ts';
import { checksumsOf, signChecksums, signingKey } from './checksums.ts';
import { buildDeb } from './deb.ts';
import { buildExecutable } from './executable.ts';
import { nativeAssets, nativePackages } from './natives.ts';
import { executableName, type Platform } from './platforms.ts';
import { sbom } from './sbom.ts';
import { dressExecutable } from './windows/resources.ts';
import { type SigningIdentity, signExecutable } from './windows/sign.ts';

export interface ReleaseOptions {
  readonly bundle: Bundle;
  readonly version: string;
  readonly platforms: readonly Platform[];
  /** Folder for what is built. */
  readonly out: string;
  /** Folder for what is fetched and what is half done. */
  readonly cache: string;
  /** File with the Ed25519 key for SHA256SUMS.sig; without one the sums stay unsigned. */
  readonly key?: string | undefined;
  /** Certificate for the Windows executable; without one it stays unsigned. */
  readonly identity?: SigningIdentity | undefined;
  /** Debian packages of the Linux executables too. */
  readonly debs: boolean;
}

const DEBIAN: Readonly<Partial<Record<Platform['name'], 'amd64' | 'arm64'>>> = { 'linux-x64': 'amd64', 'linux-arm64': 'arm64' };

function buildFor(platform: Platform, options: ReleaseOptions): string[] {
  const { bundle, version, out, cache } = options;
  const name = executableName(version, platform);
  const executable = join(out, name);
  const windows = platform.name === 'win-x64';
  const prepare = windows ? (file: string): void => dressExecutable(file, version) : undefined;
  buildExecutable({
    platform,
    bundle,
    output: executable,
    cache,
    assets: nativeAssets(platform, cache),
    ...(prepare === undefined ? {} : { prepare }),
  });
  if (windows && options.identity !== undefined) signExecutable(executable, options.identity);
  const bill = `${name}.cdx.json`;
  writeFileSync(join(out, bill), sbom(name, version, [...bundle.packages, ...nativePackages(platform)], platform.node));
  const architecture = DEBIAN[platform.name];
  if (architecture === undefined || !options.debs) return [name, bill];
  const deb = `labwatch-agent_${version}_${architecture}.deb`;
  buildDeb({ executable, version, architecture, output: join(out, deb), cache });
  return [name, bill, deb];
}

/** Builds everything that is handed out, with the sums of all. @returns names of the files, in order */
export function buildRelease(options: ReleaseOptions): string[] {
  const { out, platforms, key } = options;
  const names = platforms.flatMap((platform) => buildFor(platform, options));
  for (const installer of ['install.sh', 'install.ps1']) {
    const text = readFileSync(join(ROOT, 'packaging/installers', installer), 'utf8');
    // PowerShell 5 takes a script without this mark for the code page of the machine.
    writeFileSync(join(out, installer), installer.endsWith('.ps1') ? `\ufeff${text.replaceAll('\n', '\r\n')}` : text);
    names.push(installer);
  }
  const sums = checksumsOf(names.map((name) => join(out, name)));
  writeFileSync(join(out, 'SHA256SUMS'), sums);
  if (key === undefined) return [...names, 'SHA256SUMS'];
  writeFileSync(join(out, 'SHA256SUMS.sig'), signChecksums(sums, signingKey(readFileSync(key, 'utf8'))));
  return [...names, 'SHA256SUMS', 'SHA256SUMS.sig'];
}
