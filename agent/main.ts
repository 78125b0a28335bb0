import type { Command } from '../runtime/command.ts';
import { commonSettings } from '../runtime/common-settings.ts';
import { settingsHelp } from '../runtime/settings.ts';
import { agentFail } from './errors.ts';
import { inventoryChild } from './probes/inventory/child.ts';
import { makeAgent } from './service/make.ts';
import { once } from './service/once.ts';
import { run } from './service/run.ts';
import { printStatus } from './service/status.ts';
import { agentSettings } from './settings.ts';

export { Agent } from './core/agent.ts';
export { agentErrors } from './errors.ts';
export { agentSettings, type AgentSettings } from './settings.ts';

/** An agent for this machine; see MakeAgentOptions. */
export const createAgent = makeAgent;

const SUBCOMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  run,
  once,
  status: printStatus,
  // Not for people: the agent starts itself with this word.
  'inventory-child': inventoryChild,
};

const HELP = {
  en: {
    usage: 'Usage: labwatch agent run|once|status [options]',
    rows: [
      ['run', 'watch this machine until stopped; enrols first when it has a token'],
      ['once', 'print what the probes see here, without a server (--json for programs)'],
      ['status', 'how the agent of this data folder is (--json for programs)'],
    ],
    settings: 'Settings (flag, or LABWATCH_* in the environment, or a TOML file):',
  },
  vi: {
    usage: 'Cách dùng: labwatch agent run|once|status [tùy chọn]',
    rows: [
      ['run', 'theo dõi máy này đến khi dừng; tự ghi danh nếu có mã'],
      ['once', 'in ra những gì đo được trên máy này, không cần máy chủ (--json cho chương trình)'],
      ['status', 'tình trạng của tác nhân ở thư mục dữ liệu này (--json cho chương trình)'],
    ],
    settings: 'Thiết lập (cờ lệnh, hoặc biến môi trường LABWATCH_*, hoặc tệp TOML):',
  },
} as const;

/** `labwatch agent …`. */
export const agentCommand: Command = {
  name: 'agent',
  summary: { en: 'watch this machine: its health and its use', vi: 'theo dõi máy này: tình trạng và việc sử dụng' },
  help: (language) => {
    const text = HELP[language];
    const rows = text.rows.map(([name, what]) => `  ${name.padEnd(6)}  ${what}`);
    return [text.usage, '', ...rows, '', text.settings, settingsHelp({ ...agentSettings, ...commonSettings }, language)].join('\n');
  },
  run: async (argv) => {
    const [word = 'run', ...rest] = argv;
    const bare = word.startsWith('--');
    const subcommand = Object.hasOwn(SUBCOMMANDS, bare ? 'run' : word) ? SUBCOMMANDS[bare ? 'run' : word] : undefined;
    if (subcommand === undefined) throw agentFail('AGENT_SUBCOMMAND', { word });
    return subcommand(bare ? argv : rest);
  },
};
