import { arch, release, type } from 'node:os';
import type { Birth } from '../../protocol/payloads/index.ts';
import type { Door, Platform } from '../probes/probe.ts';
import { toProduct } from './clean.ts';
import { readFingerprint } from './fingerprint.ts';
import { linuxDoor } from './linux-door.ts';
import { readOsRelease } from './os-release.ts';
import { windowsDoor } from './windows/door.ts';
import { windowsOs, windowsFingerprint } from './windows/platform.ts';

async function linuxOs(door: Door): Promise<Birth['os']> {
  const os = await readOsRelease(door);
  // Debian keeps its point release outside os-release.
  const exact = os.id === 'debian' ? /^\d+\.\d+$/.exec((await door.readText('/etc/debian_version'))?.trim() ?? '')?.[0] : undefined;
  const version = toProduct(exact ?? os.versionId ?? release());
  return {
    family: 'linux',
    name: toProduct(os.name ?? type()) ?? 'Linux',
    ...(version === undefined ? {} : { version }),
    arch: arch(),
  };
}

/** The platform of a Linux machine seen through a door. */
export function linuxPlatform(door: Door): Platform {
  return { name: 'linux', door, os: () => linuxOs(door), fingerprint: () => readFingerprint(door) };
}

/** The platform of a Windows machine seen through a door that has `windows`. */
export function windowsPlatform(door: Door): Platform {
  return { name: 'windows', door, os: () => windowsOs(door), fingerprint: () => windowsFingerprint(door) };
}

/**
 * The platform this process runs on.
 * @param root Linux only: another folder to stand for `/`
 */
export function openPlatform(root = '/'): Platform {
  return process.platform === 'win32' ? windowsPlatform(windowsDoor()) : linuxPlatform(linuxDoor(root));
}
