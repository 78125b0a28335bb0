import { join } from 'node:path';
import { NATIVE_ASSET } from '../agent/platform/windows/native.ts';
import { fetchPackage } from './node-binary.ts';
import type { Platform } from './platforms.ts';

const KOFFI = '@koromix/koffi-win32-x64';

/** Names of the npm packages these come from. */
export const nativePackages = ({ name }: Platform): readonly string[] => (name === 'win-x64' ? [KOFFI] : []);

/** Addons that lie in the executable as they were built by their maker, by the name the agent asks for (agent/platform/windows/native.ts). */
export function nativeAssets({ name }: Platform, cache: string): Readonly<Record<string, string>> {
  if (name !== 'win-x64') return {};
  return { [NATIVE_ASSET]: join(fetchPackage(KOFFI, cache), 'win32_x64', 'koffi.node') };
}
