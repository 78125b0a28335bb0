import { join } from 'node:path';
import { cliLanguage } from '../../../runtime/command.ts';
import { loadSettings } from '../../../runtime/settings.ts';
import { here, layoutOf } from '../layout.ts';
import { actionText, performAll } from './actions.ts';
import { say } from './install-text.ts';
import { uninstallOnLinux } from './plan-linux.ts';
import { uninstallOnWindows } from './plan-windows.ts';
import { needAdministrator } from './rights.ts';
import { uninstallSettings } from './settings.ts';
import { installedHome } from './wanted.ts';

/** `labwatch agent uninstall`: everything that install made goes, whatever of it is there; the data only with --purge. */
export async function uninstall(argv: readonly string[]): Promise<number> {
  const { LABWATCH_CONFIG: _, ...env } = process.env;
  const { purge, dryRun, root } = loadSettings(uninstallSettings, { argv, env, sections: ['labwatch', 'agent'] }).values;
  const language = cliLanguage();
  const layout = layoutOf();
  if (!dryRun) await needAdministrator(root);
  const home = installedHome(root === '/' ? layout.config : join(root, layout.config)) ?? layout.home;
  const plan = here() === 'windows' ? uninstallOnWindows(layout, home, purge) : uninstallOnLinux(home, purge);
  if (dryRun) {
    process.stdout.write(`${[say(language).dryRun, ...plan.map((action) => `  ${actionText(action, language)}`)].join('\n')}\n`);
    return 0;
  }
  await performAll(plan, root);
  process.stdout.write(`${[say(language).removed, ...(purge ? [] : [say(language).kept(home)])].join('\n')}\n`);
  return 0;
}
