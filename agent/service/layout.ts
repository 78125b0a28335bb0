import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { PlatformName } from '../probes/probe.ts';
import { KEY_FILE } from '../update/places.ts';

/** Where an installed agent keeps its things. Paths of the machine it runs on, whatever folder they are written below. */
export interface Layout {
  /** TOML, for administrators only. */
  readonly config: string;
  /** The enrolment token, for administrators only: a machine that forgets everything at each start enrols again with it. */
  readonly token: string;
  /** CA certificate of the server (PEM). */
  readonly ca: string;
  /** Data folder. */
  readonly home: string;
  /** Where the single executable is copied to. */
  readonly executable: string;
  /** Public keys of releases, beside the executable. */
  readonly releaseKey: string;
}

/** Name of the service, of its unit and of everything that belongs to it. */
export const SERVICE = 'labwatch-agent';

export const LINUX_LAYOUT: Layout = {
  config: '/etc/labwatch/agent.toml',
  token: '/etc/labwatch/token',
  ca: '/etc/labwatch/ca.crt',
  home: '/var/lib/labwatch',
  executable: `/opt/labwatch/${SERVICE}`,
  releaseKey: `/opt/labwatch/${KEY_FILE}`,
};

/** @param env as process.env: %ProgramData% and %ProgramFiles% may be on another drive */
export function windowsLayout(env: NodeJS.ProcessEnv): Layout {
  const data = win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'labwatch');
  const programs = win32.join(env['ProgramFiles'] ?? 'C:\\Program Files', 'labwatch');
  return {
    config: win32.join(data, 'agent.toml'),
    token: win32.join(data, 'token'),
    ca: win32.join(data, 'ca.crt'),
    home: win32.join(data, 'data'),
    executable: win32.join(programs, `${SERVICE}.exe`),
    releaseKey: win32.join(programs, KEY_FILE),
  };
}

/** The system this process runs on; anything but Windows is taken for Linux. */
export const here = (): PlatformName => (process.platform === 'win32' ? 'windows' : 'linux');

export const layoutOf = (platform: PlatformName = here(), env: NodeJS.ProcessEnv = process.env): Layout =>
  platform === 'windows' ? windowsLayout(env) : LINUX_LAYOUT;

export const pathsOf = (platform: PlatformName): typeof posix => (platform === 'windows' ? win32 : posix);

const NAMED = /^--(config|home)(=|$)/;

/**
 * Words of the command line, with `--config` of the installed agent when nobody says which agent is meant: `labwatch agent
 * status` then tells of the service, also from another folder.
 */
export function ofInstalled(argv: readonly string[], env: NodeJS.ProcessEnv = process.env, layout: Layout = layoutOf()): string[] {
  const named = argv.some((word) => NAMED.test(word)) || Boolean(env['LABWATCH_CONFIG'] ?? env['LABWATCH_HOME']);
  return named || !existsSync(layout.config) ? [...argv] : [...argv, '--config', layout.config];
}
