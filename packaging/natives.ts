import { join } from 'node:path';
import { NATIVE_ASSET } from '../agent/platform/windows/native.ts';
import { fetchPackage } from './node-binary.ts';
import type { Platform } from './platforms.ts';

/** Addons that lie in the executable as they were built by their maker, by the name the agent asks for (agent/platform/windows/native.ts). */
export function nativeAssets({ name }: Platform, cache: string): Readonly<Record<string, string>> {
  if (name !== 'win-x64') return {};
  return { [NATIVE_ASSET]: join(fetchPackage('@koromix/koffi-win32-x64', cache), 'win32_x64', 'koffi.node') };
}
