import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { iconImage } from './icon.ts';

/** What is used of resedit. Its own types bring those of a browser into the whole project. */
interface Resedit {
  readonly NtExecutable: { from(bytes: Buffer, options: { ignoreCert: boolean }): NtExecutable };
  readonly NtExecutableResource: { from(executable: NtExecutable): NtExecutableResource };
  readonly Data: { readonly IconItem: { from(bytes: ArrayBuffer): unknown } };
  readonly Resource: {
    readonly VersionInfo: { fromEntries(entries: readonly Entry[]): VersionInfo[] };
    readonly IconGroupEntry: {
      fromEntries(entries: readonly Entry[]): { readonly id: number | string }[];
      replaceIconsForResource(entries: readonly Entry[], id: number | string, language: number, icons: readonly unknown[]): void;
    };
  };
}
interface NtExecutable {
  generate(): ArrayBuffer;
}
interface NtExecutableResource {
  readonly entries: Entry[];
  outputResource(executable: NtExecutable): void;
}
interface Entry {
  readonly type: number | string;
  bin: ArrayBuffer;
}
type Numbers = [number, number, number, number];
interface VersionInfo {
  setFileVersion(...words: [...Numbers, number]): void;
  setProductVersion(...words: [...Numbers, number]): void;
  setStringValues(language: { lang: number; codepage: number }, values: Readonly<Record<string, string>>): void;
  outputToResourceEntries(entries: readonly Entry[]): void;
}
const { Data, NtExecutable, NtExecutableResource, Resource } = createRequire(import.meta.url)('resedit') as Resedit;

const ENGLISH = 1033;
const UNICODE = 1200;
const RT_MANIFEST = 24;
const SIZES = [16, 32, 48, 256];

/**
 * No window appears when Windows starts the agent by itself, and in a command prompt it still prints there
 * (learn.microsoft.com/windows/console/console-allocation-policy; Windows 11 24H2. Older ones ignore it).
 */
const POLICY =
  '<application xmlns="urn:schemas-microsoft-com:asm.v3"><windowsSettings>' +
  '<consoleAllocationPolicy xmlns="http://schemas.microsoft.com/SMI/2024/WindowsSettings">detached</consoleAllocationPolicy>' +
  '</windowsSettings></application>';

/** A manifest with the policy. @throws Error when it is no manifest */
export function withPolicy(manifest: string): string {
  if (!manifest.includes('</assembly>')) throw new Error('the executable of Node has no manifest');
  return manifest.replace('</assembly>', `${POLICY}</assembly>`);
}

/** `1.2.3` or `1.2.3-beta` as the four numbers of Windows. */
export function fourNumbers(version: string): Numbers {
  const [major = 0, minor = 0, patch = 0] = version.split('-')[0]!.split('.').map(Number);
  return [major, minor, patch, 0];
}

function setVersion(resources: NtExecutableResource, version: string): void {
  const info = Resource.VersionInfo.fromEntries(resources.entries)[0]!;
  info.setFileVersion(...fourNumbers(version), ENGLISH);
  info.setProductVersion(...fourNumbers(version), ENGLISH);
  info.setStringValues(
    { lang: ENGLISH, codepage: UNICODE },
    {
      ProductName: 'labwatch agent',
      FileDescription: 'labwatch agent',
      CompanyName: 'labwatch',
      InternalName: 'labwatch-agent',
      OriginalFilename: 'labwatch-agent.exe',
      LegalCopyright: 'Apache-2.0; contains Node.js, MIT',
      ProductVersion: version,
      FileVersion: version,
    },
  );
  info.outputToResourceEntries(resources.entries);
}

function setIcon(resources: NtExecutableResource): void {
  const icons = SIZES.map((size) => Data.IconItem.from(iconImage(size)));
  const id = Resource.IconGroupEntry.fromEntries(resources.entries)[0]?.id ?? 1;
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, id, ENGLISH, icons);
}

function setManifest(resources: NtExecutableResource): void {
  const entry = resources.entries.find(({ type }) => type === RT_MANIFEST);
  if (entry === undefined) throw new Error('the executable of Node has no manifest');
  entry.bin = new TextEncoder().encode(withPolicy(new TextDecoder().decode(entry.bin))).buffer;
}

/** Makes Node's executable for Windows ours: version, icon, manifest. Its signature, which would not fit any more, goes. */
export function dressExecutable(file: string, version: string): void {
  const executable = NtExecutable.from(readFileSync(file), { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  setVersion(resources, version);
  setIcon(resources);
  setManifest(resources);
  resources.outputResource(executable);
  writeFileSync(file, Buffer.from(executable.generate()));
}
