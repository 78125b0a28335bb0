import type { Command } from '../runtime/command.ts';
import { commonSettings } from '../runtime/common-settings.ts';
import { settingsHelp } from '../runtime/settings.ts';
import { agentFail } from './errors.ts';
import { makeAgent } from './service/make.ts';
import { installHelp } from './service/install/settings.ts';
import { SUBCOMMANDS, subcommandRows } from './service/subcommands.ts';
import { agentSettings } from './settings.ts';

export { Agent } from './core/agent.ts';
export { agentErrors } from './errors.ts';
export { agentSettings, type AgentSettings } from './settings.ts';

/** An agent for this machine; see MakeAgentOptions. */
export const createAgent = makeAgent;

const HELP = {
  en: {
    usage: 'Usage: labwatch agent <command> [options]',
    install: 'Options of install and uninstall, beside --server, --ca, --token-file and --seat:',
    settings: 'Settings (flag, or LABWATCH_* in the environment, or a TOML file):',
  },
  vi: {
    usage: 'Cách dùng: labwatch agent <lệnh> [tùy chọn]',
    install: 'Tùy chọn của install và uninstall, ngoài --server, --ca, --token-file và --seat:',
    settings: 'Thiết lập (cờ lệnh, hoặc biến môi trường LABWATCH_*, hoặc tệp TOML):',
  },
} as const;

/** `labwatch agent …`. */
export const agentCommand: Command = {
  name: 'agent',
  summary: { en: 'watch this machine: its health and its use', vi: 'theo dõi máy này: tình trạng và việc sử dụng' },
  help: (language) => {
    const text = HELP[language];
    const all = settingsHelp({ ...agentSettings, ...commonSettings }, language);
    return [text.usage, '', ...subcommandRows(language), '', text.install, installHelp(language), '', text.settings, all].join('\n');
  },
  run: async (argv) => {
    const [word = 'run', ...rest] = argv;
    const bare = word.startsWith('--');
    const name = bare ? 'run' : word;
    if (!Object.hasOwn(SUBCOMMANDS, name)) throw agentFail('AGENT_SUBCOMMAND', { word });
    return (await SUBCOMMANDS[name]!.load())(bare ? argv : rest);
  },
};
