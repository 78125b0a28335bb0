import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './bundle.ts';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
}

/** A package as CycloneDX names it. @throws Error when package-lock.json does not know it */
function componentOf(name: string, lock: Readonly<Record<string, Locked>>): Record<string, unknown> {
  const found = lock[`node_modules/${name}`] ?? Object.entries(lock).find(([path]) => path.endsWith(`/node_modules/${name}`))?.[1];
  if (found === undefined) throw new Error(`package-lock.json does not know ${name}`);
  const hash =
    found.integrity?.startsWith('sha512-') === true ? Buffer.from(found.integrity.slice(7), 'base64').toString('hex') : undefined;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${found.version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version: found.version,
    purl,
    ...(hash === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: hash }] }),
    ...(found.license === undefined ? {} : { licenses: [{ expression: found.license }] }),
  };
}

/**
 * What is in an executable, as CycloneDX 1.6 (cyclonedx.org/docs/1.6/json): its packages and Node itself, with the hashes of
 * package-lock.json. It tells no time, so that it is the same at every build.
 * @param packages names of what was bundled or laid inside
 * @param node name of the npm package that Node came from
 */
export function sbom(name: string, version: string, packages: readonly string[], node: string): string {
  const { packages: lock } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
  const component = { type: 'application', 'bom-ref': name, name, version, licenses: [{ expression: 'Apache-2.0' }] };
  const components = [...new Set([...packages, node])].toSorted().map((each) => componentOf(each, lock));
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component }, components }, null, 2)}\n`;
}
