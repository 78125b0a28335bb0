import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { commonSettings } from '../../../runtime/common-settings.ts';
import { flagOf, loadSettings } from '../../../runtime/settings.ts';
import { agentFail } from '../../errors.ts';
import { agentSettings } from '../../settings.ts';
import { KEY_FILE } from '../../update/places.ts';
import type { Layout } from '../layout.ts';
import type { InstallSettings } from './settings.ts';

/** What is to be installed, put together from the command line, the stick and what is there already. */
export interface Wanted {
  /** Keys of the `[agent]` section, without those that installing decides (home, ca, token-file). */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly home: string;
  readonly token: string | undefined;
  readonly ca: string | undefined;
  /** Public keys of releases (PEM); without them the agent never updates itself. */
  readonly releaseKey?: string | undefined;
}

const definition = { ...agentSettings, ...commonSettings };
/** Written from the layout, never copied from elsewhere. */
const DECIDED = new Set(['home', 'ca', 'token', 'tokenFile', 'config', 'releaseKey']);
const TOKENS = ['labwatch-token.txt', 'token.txt', 'token'];
const KEYS = [KEY_FILE, `${KEY_FILE}.pub`];
const CAS = ['ca.crt', 'labwatch-ca.crt'];
export const STICK_CONFIG = 'labwatch-agent.toml';

/** Text as Windows' Notepad may have saved it: UTF-8 with or without a mark, or UTF-16 with one. */
export function plainText(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(bytes).trim();
}

/** @throws LabwatchError AGENT_FILE_UNREADABLE */
function readGiven(path: string, flag: string): string {
  try {
    return plainText(readFileSync(path));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw agentFail('AGENT_FILE_UNREADABLE', { path, flag, why }, error);
  }
}

const firstOf = (folder: string | undefined, names: readonly string[]): string | undefined =>
  folder === undefined ? undefined : names.map((name) => join(folder, name)).find((path) => existsSync(path));

/** The settings a file gives, checked. @throws LabwatchError CONFIG_* */
function given(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  const { values, sources } = loadSettings(definition, { argv: ['--config', path], env: {}, sections: ['labwatch', 'agent'] });
  return Object.fromEntries(Object.entries(values).filter(([key]) => sources.get(key)?.startsWith(path) === true));
}

/** What an earlier installation left; a broken file is mended when the server is known from elsewhere. */
function installed(path: string, mend: boolean): Record<string, unknown> {
  try {
    return given(path);
  } catch (error) {
    if (mend) return {};
    throw error;
  }
}

/**
 * @param stick folder with the files that come with the installer
 * @param root folder that stands for `/`
 * @throws LabwatchError AGENT_FILE_UNREADABLE, CONFIG_*
 */
export function wanted(asked: InstallSettings, layout: Layout, stick: string | undefined, root = '/'): Wanted {
  const at = (path: string): string => (root === '/' ? path : join(root, path));
  const fromStick = stick === undefined ? {} : given(join(stick, STICK_CONFIG));
  const { server, seat, insecurePlain } = asked;
  const flags = Object.fromEntries(Object.entries({ server, seat, insecurePlain }).filter(([, value]) => value !== undefined));
  const before = installed(at(layout.config), server !== undefined || fromStick['server'] !== undefined);
  const settings = { ...before, ...fromStick, ...flags } as Record<string, unknown>;
  const home = asked.home ?? (before['home'] as string | undefined) ?? layout.home;
  const tokenPath = asked.tokenFile ?? firstOf(stick, TOKENS);
  const caPath = asked.ca ?? firstOf(stick, CAS);
  const keyPath = asked.releaseKey ?? firstOf(stick, KEYS);
  return {
    settings: Object.fromEntries(Object.entries(settings).filter(([key]) => !DECIDED.has(key))),
    home,
    token: asked.token ?? (tokenPath === undefined ? undefined : readGiven(tokenPath, 'token-file')) ?? kept(at(layout.token)),
    ca: (caPath === undefined ? undefined : readGiven(caPath, 'ca')) ?? kept(at(layout.ca)),
    releaseKey: (keyPath === undefined ? undefined : readGiven(keyPath, 'release-key')) ?? kept(at(layout.releaseKey)),
  };
}

const kept = (path: string): string | undefined => (existsSync(path) ? plainText(readFileSync(path)) : undefined);

/** The configuration file of an installed agent. */
export function configText(what: Wanted, layout: Layout): string {
  const section: Record<string, unknown> = { home: what.home };
  for (const [key, value] of Object.entries(what.settings)) section[flagOf(key)] = value;
  if (what.ca !== undefined) section['ca'] = layout.ca;
  if (what.token !== undefined) section['token-file'] = layout.token;
  return `# Made by "labwatch agent install"; other settings may be added, see docs/configuration.md.\n${stringify({ agent: section })}`;
}

/** The data folder of the installed agent; undefined when its configuration is missing or broken. */
export function installedHome(config: string): string | undefined {
  return installed(config, true)['home'] as string | undefined;
}
