import { toProduct } from '../clean.ts';
import type { Door, RegistryValue } from '../../probes/probe.ts';

/** What `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion` says of the system. */
export interface WindowsVersion {
  /** Name for people, e.g. `Windows 11 Pro`. */
  readonly name: string;
  /** e.g. `23H2`; absent before Windows 10 1511. */
  readonly release?: string;
  /** e.g. 22631; absent when it cannot be read. */
  readonly build?: number;
  /** Number behind the build, e.g. 4317: which monthly update is installed. */
  readonly revision?: number;
  /** e.g. `Professional`, `EnterpriseS` (LTSC), `Education`. */
  readonly edition?: string;
  readonly server: boolean;
  /** Version of the kernel as two numbers, e.g. [10, 0], [6, 1]. */
  readonly kernel: readonly [number, number];
}

const CURRENT_VERSION = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
/** First build of Windows 11 (21H2). */
const ELEVEN = 22_000;

/**
 * Values of CurrentVersion by name in lower case. ProductName still says "Windows 10" on Windows 11 (Microsoft's
 * documentation of version information tells to go by the build). Pure.
 */
export function windowsVersion(values: ReadonlyMap<string, RegistryValue>): WindowsVersion {
  const text = (name: string): string | undefined => {
    const value = values.get(name);
    return typeof value === 'string' ? toProduct(value) : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = values.get(name);
    const whole = typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
    return whole !== undefined && Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
  };
  const build = number('currentbuildnumber') ?? number('currentbuild');
  const revision = number('ubr');
  const server = /^server/i.test(text('installationtype') ?? '') || /\bserver\b/i.test(text('productname') ?? '');
  const name = text('productname') ?? (server ? 'Windows Server' : 'Windows');
  const old = /^(\d{1,3})\.(\d{1,3})$/.exec(text('currentversion') ?? '');
  const release = text('displayversion') ?? text('releaseid');
  const edition = text('editionid');
  // CurrentVersion stands at 6.3 since Windows 8.1; from 10 on these two numbers tell.
  const major = number('currentmajorversionnumber') ?? Number(old?.[1] ?? 10);
  const minor = number('currentminorversionnumber') ?? Number(old?.[2] ?? 0);
  return {
    name: !server && build !== undefined && build >= ELEVEN ? name.replace(/^Windows 10\b/, 'Windows 11') : name,
    ...(release === undefined ? {} : { release }),
    ...(build === undefined ? {} : { build }),
    ...(revision === undefined ? {} : { revision }),
    ...(edition === undefined ? {} : { edition }),
    server,
    kernel: [major, minor],
  };
}

/** `22631.4317`, or as much of it as is known. Pure. */
export function buildText({ build, revision }: WindowsVersion): string | undefined {
  return build === undefined ? undefined : `${build}${revision === undefined ? '' : `.${revision}`}`;
}

export async function readWindowsVersion(door: Door): Promise<WindowsVersion> {
  return windowsVersion((await door.windows?.values(CURRENT_VERSION)) ?? new Map());
}
