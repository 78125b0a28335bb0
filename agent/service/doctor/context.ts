import { resolve, join } from 'node:path';
import { commonSettings } from '../../../runtime/common-settings.ts';
import { loadSettings, type Values } from '../../../runtime/settings.ts';
import { type AgentStatus, readStatus } from '../../core/status-file.ts';
import { type Credentials, readCredentials } from '../../identity/credentials.ts';
import { agentSettings } from '../../settings.ts';
import { isRunning } from '../status.ts';

const definition = { ...agentSettings, ...commonSettings };
export type DoctorSettings = Values<typeof definition>;

/** What the checks look at, read once. */
export interface Context {
  readonly settings: DoctorSettings;
  /** Where each setting that was given came from. */
  readonly sources: ReadonlyMap<string, string>;
  /** Why the settings cannot be used; `settings` then holds the defaults. */
  readonly settingsError?: unknown;
  /** The agent's folder in the data folder. */
  readonly folder: string;
  readonly credentials?: Credentials;
  readonly credentialsError?: unknown;
  /** What the agent wrote last. */
  readonly status?: AgentStatus;
  /** Whether an agent runs with this folder now. */
  readonly running: boolean;
}

/** The configuration file that the words or the environment name. */
const namedFile = (argv: readonly string[], env: NodeJS.ProcessEnv): string | undefined => {
  const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
  if (at === -1) return env['LABWATCH_CONFIG'] || undefined;
  return argv[at]!.includes('=') ? argv[at]!.slice('--config='.length) : argv[at + 1];
};

/** Never throws: whatever is broken is told by the checks. */
export function gather(argv: readonly string[], env: NodeJS.ProcessEnv): Context {
  let loaded;
  let settingsError: unknown;
  try {
    loaded = loadSettings(definition, { argv, env, sections: ['labwatch', 'agent'] });
  } catch (error) {
    settingsError = error;
    loaded = loadSettings(definition, { argv: [], env: {}, sections: ['labwatch', 'agent'] });
  }
  const file = namedFile(argv, env);
  const sources = new Map(loaded.sources);
  if (file !== undefined) sources.set('config', file);
  const folder = resolve(loaded.values.home, 'agent');
  const status = readStatus(join(folder, 'status.json'));
  const context = { settings: loaded.values, sources, folder, running: isRunning(status), ...(status && { status }) };
  return { ...context, ...(settingsError === undefined ? {} : { settingsError }), ...credentialsIn(folder) };
}

function credentialsIn(folder: string): Pick<Context, 'credentials' | 'credentialsError'> {
  try {
    const credentials = readCredentials(join(folder, 'credentials.json'));
    return credentials === undefined ? {} : { credentials };
  } catch (credentialsError) {
    return { credentialsError };
  }
}
