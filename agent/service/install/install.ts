import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isSea } from 'node:sea';
import { dirname, join } from 'node:path';
import { cliLanguage } from '../../../runtime/command.ts';
import { loadSettings } from '../../../runtime/settings.ts';
import { agentFail } from '../../errors.ts';
import { parseAddress } from '../../identity/addresses.ts';
import { selfCommand } from '../../platform/self.ts';
import { keysIn } from '../../update/keys.ts';
import { KEY_FILE } from '../../update/places.ts';
import { here, type Layout, layoutOf } from '../layout.ts';
import { type Action, actionText, performAll } from './actions.ts';
import { say } from './install-text.ts';
import { installOnLinux } from './plan-linux.ts';
import { installOnWindows } from './plan-windows.ts';
import { needAdministrator, needManager } from './rights.ts';
import { type InstallSettings, installSettings } from './settings.ts';
import { waitUntilEnrolled } from './wait.ts';
import { wanted, type Wanted } from './wanted.ts';

/** Refuses what could never work before anything is changed. @throws LabwatchError */
function check(what: Wanted, enrolled: boolean): void {
  const { server, insecurePlain } = what.settings as { server?: string; insecurePlain?: boolean };
  if (server === undefined && !enrolled) throw agentFail('AGENT_NOT_ENROLLED', { what: '--server' });
  if (what.token === undefined && !enrolled) throw agentFail('AGENT_NOT_ENROLLED', { what: 'LABWATCH_TOKEN' });
  if (server !== undefined) parseAddress(server, ['http:', 'https:'], insecurePlain === true);
  if (what.releaseKey !== undefined && keysIn(what.releaseKey).length === 0)
    throw agentFail('AGENT_FILE_UNREADABLE', { path: KEY_FILE, flag: 'release-key', why: 'there is no Ed25519 public key in it' });
  if (what.ca === undefined) return;
  try {
    void new X509Certificate(what.ca);
  } catch (error) {
    throw agentFail('AGENT_FILE_UNREADABLE', { path: 'ca.crt', flag: 'ca', why: 'it is not a certificate' }, error);
  }
}

function planFor(what: Wanted, layout: Layout, { image, task }: InstallSettings): Action[] {
  const { file, args } = selfCommand();
  const program = isSea() ? { copyFrom: process.execPath } : { command: [file, ...args] as const };
  return here() === 'windows'
    ? installOnWindows({ wanted: what, layout, program, image, task })
    : installOnLinux({ wanted: what, program, image });
}

/** Whether an earlier installation on this machine left an id. */
const isEnrolled = (home: string, root: string): boolean =>
  existsSync(join(root === '/' ? home : join(root, home), 'agent', 'credentials.json'));

/** `labwatch agent install`. @returns 0 when the agent is enrolled (or need not be yet), else the exit code of what is wrong */
export async function install(argv: readonly string[]): Promise<number> {
  const { LABWATCH_CONFIG: _, ...env } = process.env;
  const { values } = loadSettings(installSettings, { argv, env, sections: ['labwatch', 'agent'] });
  const language = cliLanguage();
  const layout: Layout = layoutOf();
  const { root, dryRun, image } = values;
  if (!dryRun) await needAdministrator(root);
  if (!dryRun && root === '/' && !image) needManager();
  const what = wanted(values, layout, values.from ?? (isSea() ? dirname(process.execPath) : undefined), root);
  check(what, isEnrolled(what.home, root) && !image);
  const plan = planFor(what, layout, values);
  if (dryRun) {
    process.stdout.write(`${[say(language).dryRun, ...plan.map((action) => `  ${actionText(action, language)}`)].join('\n')}\n`);
    return 0;
  }
  const began = Date.now();
  await performAll(plan, root);
  process.stdout.write(`${say(language).installed(layout.config)}\n`);
  if (root !== '/' || image) {
    process.stdout.write(`${say(language).later}\n`);
    return 0;
  }
  const { lines, exit } = await waitUntilEnrolled({ what, began, seconds: values.waitSeconds, language });
  process.stdout.write(`${lines.join('\n')}\n`);
  return exit;
}
