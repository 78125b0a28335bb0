import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './bundle.ts';
import type { Platform } from './platforms.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string; readonly resolved?: string }>>;
}

/** What package-lock.json says of an installed package. @throws Error when it says nothing */
export function locked(name: string): { readonly version: string; readonly integrity: string } {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const found = lock.packages[`node_modules/${name}`];
  if (found?.integrity === undefined) throw new Error(`package-lock.json does not name ${name}; add it to the optional dependencies`);
  return { version: found.version, integrity: found.integrity };
}

/** Throws unless a file has one of the hashes of a Subresource Integrity text, as package-lock.json writes it. */
export function verifyIntegrity(file: string, integrity: string): void {
  const bytes = readFileSync(file);
  const fits = integrity.split(' ').some((one) => {
    const [algorithm = '', hash = ''] = one.split(/-(.*)/s, 2);
    return algorithm === 'sha512' && createHash('sha512').update(bytes).digest('base64') === hash;
  });
  if (!fits) throw new Error(`${file} is not what package-lock.json names: its hash is another`);
}

/** A package's files, whatever system it is for: fetched by npm once, checked against package-lock.json, and kept. @returns its folder */
export function fetchPackage(name: string, cache: string): string {
  const { version, integrity } = locked(name);
  const folder = join(cache, `${name.replaceAll('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  execFileSync('npm', ['pack', `${name}@${version}`, '--pack-destination', partial, '--silent'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const archive = join(partial, readdirSync(partial)[0]!);
  verifyIntegrity(archive, integrity);
  execFileSync('tar', ['-xzf', archive, '-C', partial, '--strip-components=1']);
  rmSync(archive);
  renameSync(partial, folder);
  return folder;
}

/** Node for a system: as npm installed it here, or fetched. @returns the path of the executable */
export function nodeFor(platform: Platform, cache: string): string {
  const here = join(ROOT, 'node_modules', platform.node, platform.executable);
  return existsSync(here) ? here : join(fetchPackage(platform.node, cache), platform.executable);
}
