import { existsSync } from 'node:fs';
import { cliLanguage } from '../../runtime/command.ts';
import { loadSettings } from '../../runtime/settings.ts';
import { agentFail } from '../errors.ts';
import { runTool } from './install/actions.ts';
import { say } from './install/install-text.ts';
import { needAdministrator, needManager } from './install/rights.ts';
import { here, layoutOf, SERVICE } from './layout.ts';

/** Starts or stops the installed service. @throws LabwatchError AGENT_NOT_INSTALLED, AGENT_NEEDS_ADMINISTRATOR, AGENT_NO_SERVICE_MANAGER, AGENT_SERVICE */
async function control(word: 'start' | 'stop', argv: readonly string[]): Promise<number> {
  loadSettings({}, { argv, env: {}, sections: ['agent'] });
  if (!existsSync(layoutOf().config)) throw agentFail('AGENT_NOT_INSTALLED');
  await needAdministrator();
  needManager();
  const windows = here() === 'windows';
  const { code, text } = windows ? await runTool('net.exe', [word, SERVICE]) : await runTool('systemctl', [word, `${SERVICE}.service`]);
  // net.exe answers 2 when it is so already.
  if (code !== 0 && !(windows && code === 2)) throw agentFail('AGENT_SERVICE', { word, why: text.split('\n')[0] || `exit code ${code}` });
  const words = say(cliLanguage());
  process.stdout.write(`${word === 'start' ? words.started : words.stopped}\n`);
  return 0;
}

export const startService = (argv: readonly string[]): Promise<number> => control('start', argv);
export const stopService = (argv: readonly string[]): Promise<number> => control('stop', argv);
